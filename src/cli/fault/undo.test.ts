import { describe, expect, test } from "bun:test";
import type { FaultStatus } from "../../fault/running-faults.ts";
import { faultJson, faultTable } from "./list-text.ts";
import { choose } from "./undo.ts";

function running(id: string, change: Partial<FaultStatus> = {}): FaultStatus {
  return {
    fault: {
      ...({ id, fault: "stall", port: 50052, run: "r1" } as const),
      ...{ sinceUs: 1_795_383_315_250_000, untilUs: 1_795_383_325_250_000 },
      targets: [{ pid: 7, identity: "7", name: "d\u001b[2Jfs", uid: 1000, user: "anna" }],
      injector: { pid: 8, identity: "8", name: "dfs", uid: 1000, user: "anna" },
      watchdog: { pid: 9, identity: "9", name: "dfs", uid: 1000, user: "anna" },
    },
    ...{ isInjectorAlive: true, isWatchdogAlive: true, targetStates: ["stopped"] },
    ...change,
  };
}

describe("choose()", () => {
  const [first, second] = [running("k2bgi"), running("alo89")];

  test("takes the named, all, or the only one", () => {
    expect(choose(["alo89"], [first, second])).toEqual([second]);
    expect(choose(["alo89", "k2bgi"], [first, second])).toEqual([first, second]);
    expect(choose(["all"], [first, second])).toEqual([first, second]);
    expect(choose([], [first])).toEqual([first]);
  });

  const refusals: readonly [readonly string[], readonly FaultStatus[], string][] = [
    [[], [], "Cannot undo a fault as no fault of this user runs"],
    [["all"], [], 'Cannot undo "all" as no fault of this user runs'],
    [["k2bg"], [first], 'no fault has that id; did you mean "k2bgi"? (running: stall k2bgi of'],
    [["al"], [first], 'did you mean "all"?'],
    [["0000000"], [first, second], "has that id (running: stall k2bgi of port 50052, stall alo89"],
    [[], [first, second], "2 faults run, and one must be named"],
  ];
  for (const [words, faults, message] of refusals) {
    test(`refuses "${words.join(" ")}" among ${faults.length}: ${message}`, () => {
      expect(() => choose(words, faults)).toThrow(message);
    });
  }
});

describe("the list", () => {
  const options = { color: false, width: 200 };
  const beforeUs = 1_795_383_316_000_000;
  const overdueUs = 1_795_383_330_000_000;
  const cases: readonly [Partial<FaultStatus>, string, number?][] = [
    [{}, "d\\u001b[2Jfs (pid 7) suspended  dfs (pid 8) alive"],
    [{ targetStates: ["running"] }, "(pid 7) running  dfs (pid 8) alive"],
    [{ isInjectorAlive: false }, "suspended  pid 8 killed; its watchdog (pid 9) undoes it"],
    [
      { isInjectorAlive: false, isWatchdogAlive: false },
      "suspended  pid 8 killed, and no watchdog lives: dfs fault undo k2bgi",
    ],
    [{}, "suspended  dfs (pid 8) alive, but it is overdue: dfs fault undo k2bgi", overdueUs],
    [{ targetStates: ["running"] }, "running  dfs (pid 8) alive", overdueUs],
    [
      { isInjectorAlive: false },
      "its watchdog (pid 9) lives, but it is overdue: dfs fault undo k2bgi",
      overdueUs,
    ],
  ];
  for (const [change, end, nowUs = beforeUs] of cases) {
    test(`the list ends a row with "${end}"`, () => {
      const [head, row] = faultTable([running("k2bgi", change)], nowUs, options);
      expect(head).toMatch(/^ {2}id +fault +port +since +until +target +injector$/);
      expect(row).toMatch(/^ {2}k2bgi {2}stall {2}50052 {2}[-\d]+ [:\d]+ {2}[-\d]+ [:\d]+ {2}/);
      expect(row).toEndWith(end);
    });
  }

  test("as JSON it holds the same", () => {
    const [row] = JSON.parse(faultJson([running("k2bgi", { isInjectorAlive: false })]));
    expect(row).toMatchObject({
      ...{ id: "k2bgi", fault: "stall", port: 50052, untilUs: 1_795_383_325_250_000 },
      targets: [{ pid: 7, state: "stopped" }],
      injector: { pid: 8, alive: false },
      watchdog: { pid: 9, alive: true },
    });
    expect(JSON.parse(faultJson([]))).toEqual([]);
  });
});
