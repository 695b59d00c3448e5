import { describe, expect, test } from "bun:test";
import type { PlannedFault } from "../../fault/random-plan.ts";
import { parseStrictly, readFlags } from "../strict-args.ts";
import { planTable, stepLine, totalsText } from "./random-text.ts";
import { planOf, planSummary, randomConfig, randomFlags } from "./random-values.ts";

function read(line: string) {
  const words = line.split(" ").filter(Boolean);
  return readFlags(randomFlags, parseStrictly(words, randomFlags, false));
}

const ports = "--ports 50051-50053";

describe("the flags of dfs fault random", () => {
  test("take ranges and lists of ports, in any order", () => {
    const values = read("--ports 50060,50051-50053 --ports 7 --duration 1m");
    expect(values.ports).toEqual([7, 50051, 50052, 50053, 50060]);
  });

  test("have kinds with weights, and one length or a range of them", () => {
    const values = read(`${ports} --duration 1m --kinds crash,stall:3 --fault-duration 500ms..2s`);
    expect(values.kinds).toEqual([
      { kind: "crash", weight: 1 },
      { kind: "stall", weight: 3 },
    ]);
    expect(values.faultDuration).toEqual({ minMs: 500, maxMs: 2000 });
    const plain = read(`${ports} --duration 1m --fault-duration 2s`);
    expect(plain.faultDuration).toEqual({ minMs: 2000, maxMs: 2000 });
    expect(plain.kinds.map(({ kind }) => kind)).toEqual(["crash", "stall", "limp"]);
    expect(randomConfig(plain)).toMatchObject({ jitter_ms: "2500", keep_healthy: "1" });
  });

  test.each([
    ["--duration 1m", "--ports is required"],
    ["--ports 50053-50051 --duration 1m", '; did you mean "50051-50053"?'],
    ["--ports 50051,50051 --duration 1m", "--ports names 50051 twice"],
    [
      "--ports 50051, --duration 1m",
      '--ports must be a whole number in 1..65535: current value is ""',
    ],
    ["--ports 1-65535 --duration 1m", "--ports takes at most 64 ports"],
    [ports, "--duration is required"],
    [`${ports} --duration 1m --kinds stal`, 'current value is "stal"; did you mean "stall"?'],
    [`${ports} --duration 1m --kinds stall:0`, "with a whole weight in 1..1000"],
    [`${ports} --duration 1m --kinds stall,stall`, "--kinds names stall twice"],
    [`${ports} --duration 1m --fault-duration 5s..1s`, "--fault-duration must rise"],
    [`${ports} --duration 1m --fault-duration 1..2..3`, "or two of them such as 1s..5s"],
    [`${ports} --duration 1m --fault-duration 50ms`, "within 200ms..720h"],
    [`${ports} --duration 1m --keep-healthy 3`, "less than the number of --ports (3)"],
    [`${ports} --duration 1m --jitter 3s`, "--jitter must be at most half of --every (2.5s)"],
    [`${ports} --duration 720h --every 1s`, "--every must be at least 25.92s for that --duration"],
    [`${ports} --duration 5s --every 5s --jitter 0`, "--duration must be longer"],
  ])("refuse %s", (line, message) => {
    expect(() => planOf(read(line), 7)).toThrow(message);
  });
});

describe("what it prints", () => {
  const values = read(`${ports} --duration 30s`);
  const plan = planOf(values, 7);
  const stall: PlannedFault = {
    ...{ number: 4, offsetMs: 18_257, kind: "stall", port: 50053, lengthMs: 2104 },
  };

  test("is the plan as a table, and its sum in a line", () => {
    const table = planTable(plan.slice(2, 4), { color: false, width: 80 });
    expect(table.map((line) => line.trim().split(/ +/))).toEqual([
      ["no", "after", "fault", "port", "for"],
      ["3", "17.337s", "crash", "50053"],
      ["4", "18.257s", "stall", "50053", "2.104s"],
    ]);
    expect(planSummary(values, 7, plan)).toBe(
      "6 faults in 30s, every 5s ± 2.5s, on ports 50051, 50052, 50053 (seed 7), keeping 1 untouched",
    );
  });

  test("is why a fault was skipped, cut short, or failed", () => {
    const about = { fault: stall, tUs: 0 };
    const why = "nothing listens there";
    expect(stepLine({ ...about, kind: "skipped", reason: "down", why }, 6)).toEndWith(
      "] SKIPPED: 4 of 6, stall of port 50053 for 2.104s, as nothing listens there",
    );
    const untouched = { untouched: [50051], keepHealthy: 2 };
    expect(stepLine({ ...about, kind: "cut-short", ...untouched }, 6)).toEndWith(
      "for 2.104s, as only 50051 is untouched by others' doing, and 2 must be (--keep-healthy)",
    );
    expect(stepLine({ ...about, kind: "failed", message: "Cannot prove it" }, 6)).toBe(
      "Fault 4 of 6, stall of port 50053 for 2.104s, failed: Cannot prove it",
    );
  });

  test("is what became of all, by kind and reason", () => {
    const result = {
      ...({ outcome: "interrupted", targets: [], absent: [] } as const),
      ...{ done: [stall], failed: [], cutShort: [stall] },
      skipped: [
        { ...stall, reason: "down" as const },
        { ...stall, reason: "settling" as const },
      ],
    };
    expect(totalsText(result, plan)).toBe(
      "6 faults planned: 0 crash, 1 stall, 0 limp, 2 skipped (1 down, 1 just back), 1 cut short, " +
        "2 not begun",
    );
  });
});
