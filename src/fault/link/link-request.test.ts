import { describe, expect, test } from "bun:test";
import { noFaults } from "../../../tests/support/simulated-lane.ts";
import { DfsError } from "../../base/errors.ts";
import { describeFaults, type LinkFaults, linkFaultNames } from "./link-faults.ts";
import { assertPossible, type LinkRequest } from "./link-request.ts";

function request(
  faults: Partial<LinkFaults> = {},
  change: Partial<Omit<LinkRequest, "faults">> = {},
): LinkRequest {
  return {
    ...{ listen: { host: "localhost", port: 50061 }, to: { host: "localhost", port: 50051 } },
    ...{ seed: 1, delayMs: 0, durationMs: undefined, forMs: undefined },
    ...change,
    faults: { ...noFaults, ...faults },
  };
}

function refusal(impossible: LinkRequest): string {
  try {
    assertPossible(impossible);
  } catch (error) {
    if (error instanceof DfsError && error.code === "usage") return error.message;
    throw error;
  }
  return "";
}

describe("assertPossible()", () => {
  test.each<[string, LinkRequest]>([
    ["nothing but a relay", request()],
    ["what adds up", request({ latencyMs: 100, jitterMs: 100, bandwidthBytesPerS: 1e6 })],
    ["the look of a crash", request({ reset: true, refuse: true })],
    ["new ones refused, open ones silent", request({ blackhole: true, refuse: true })],
    ["one direction", request({ corruptShare: 0.1, direction: "up" })],
    ["a window", request({ reset: true }, { delayMs: 1000, durationMs: 1000, forMs: 2000 })],
    ["the same port of another address", request({}, { to: { host: "127.0.0.2", port: 50061 } })],
  ])("allows %s", (_name, possible) => {
    expect(refusal(possible)).toBe("");
  });

  test.each<[string, LinkRequest, string]>([
    ["jitter alone", request({ jitterMs: 5 }), "--jitter needs --latency"],
    ["too much of it", request({ latencyMs: 5, jitterMs: 6 }), "6ms and 5ms"],
    ["silence and an end", request({ blackhole: true, reset: true }), "contradict each other"],
    ["a slow blackhole", request({ blackhole: true, latencyMs: 5 }), "--latency"],
    ["a lossy reset", request({ reset: true, corruptShare: 0.5 }), "--corrupt"],
    ["a reset up", request({ reset: true, direction: "up" }), "--direction up needs"],
    ["a direction of nothing", request({ direction: "down" }), "--direction down needs"],
    ["a delay of nothing", request({}, { delayMs: 5 }), "need a fault"],
    ["a duration of nothing", request({}, { durationMs: 5 }), "need a fault"],
    [
      "an end before the fault's",
      request({ reset: true }, { delayMs: 5, durationMs: 5, forMs: 9 }),
      "--for must be longer than --delay and --duration together",
    ],
    ["no time for it", request({ reset: true }, { delayMs: 5, forMs: 5 }), "longer than --delay"],
    ["itself", request({}, { to: { host: "127.0.0.1", port: 50061 } }), "own port 50061"],
  ])("refuses %s", (_name, impossible, message) => {
    expect(refusal(impossible)).toContain(message);
  });
});

test("linkFaultNames() names each fault as the ledger does", () => {
  expect(linkFaultNames({ ...noFaults, latencyMs: 5, refuse: true })).toEqual([
    "link-refuse",
    "link-latency",
  ]);
});

test.each<[Partial<LinkFaults>, string]>([
  [{}, "transparent"],
  [{ latencyMs: 100, jitterMs: 20 }, "latency 100ms ± 20ms, each way"],
  [{ bandwidthBytesPerS: 65_536, direction: "down" }, "bandwidth 64KiB/s, down only"],
  [{ corruptShare: 0.0001 }, "corrupt 0.01% of the bytes, each way"],
  [{ reset: true, refuse: true }, "refuse new connections, reset connections"],
  [{ blackhole: true, direction: "up" }, "blackhole, up only"],
])("describeFaults(%p) is %s", (faults, text) => {
  expect(describeFaults({ ...noFaults, ...faults })).toBe(text);
});
