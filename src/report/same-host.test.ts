import { describe, expect, test } from "bun:test";
import type { RunRecord } from "../ledger/record.ts";
import { endpointBehind, shareClock } from "./same-host.ts";

function header(host: string, boot = "b1"): RunRecord {
  const rest = { run: "x", command: "serve", version: "1", pid: 1, utcOffset: "+00:00", seed: 0 };
  return { kind: "run", tUs: 0, ...rest, host, boot, config: {} };
}

test("shareClock() needs one host and one boot, both known", () => {
  expect(shareClock(header("h"), header("h"))).toBe(true);
  expect(shareClock(header("h"), header("g"))).toBe(false);
  expect(shareClock(header("h", "b1"), header("h", "b2"))).toBe(false);
  expect(shareClock(header("h"), undefined)).toBe(false);
});

describe("endpointBehind()", () => {
  const client = header("h");
  const rows = [
    {
      what: "the same loopback name",
      endpoint: "localhost:1",
      host: "h",
      of: ["localhost:1"],
      is: "localhost:1",
    },
    {
      what: "another loopback name",
      endpoint: "localhost:1",
      host: "h",
      of: ["127.0.0.1:1"],
      is: "127.0.0.1:1",
    },
    {
      what: "another port",
      endpoint: "localhost:2",
      host: "h",
      of: ["localhost:1"],
      is: undefined,
    },
    {
      what: "another host's localhost",
      endpoint: "localhost:1",
      host: "g",
      of: ["localhost:1"],
      is: undefined,
    },
    {
      what: "another host by name",
      endpoint: "localhost:1",
      host: "g",
      of: ["g:1", "localhost:1"],
      is: "g:1",
    },
    {
      what: "two that it could be",
      endpoint: "0.0.0.0:1",
      host: "h",
      of: ["localhost:1", "[::1]:1"],
      is: undefined,
    },
    {
      what: "two, one exactly",
      endpoint: "[::1]:1",
      host: "h",
      of: ["localhost:1", "[::1]:1"],
      is: "[::1]:1",
    },
    {
      what: "text that is no endpoint",
      endpoint: "localhost:1",
      host: "h",
      of: ["rubbish"],
      is: undefined,
    },
  ];
  test.each(rows)("$what: $is", ({ endpoint, host, of, is }) => {
    const port = Number(endpoint.slice(endpoint.lastIndexOf(":") + 1));
    expect(endpointBehind({ port, endpoint, header: header(host) }, of, client)).toBe(is);
  });
});
