import { describe, expect, test } from "bun:test";
import { contestants } from "./contestants.ts";
import { figuresOf, median, medianFigures, type RunEvidence } from "./figures.ts";
import type { Execution, RequestResult } from "./record.ts";
import { type Scenario, scenarioOf } from "./scenarios.ts";

const startUs = 1_000_000_000;

/** 10 requests in a second, due every 100 ms, each answered by port 1 after 5 ms. */
function evidence(changes: {
  readonly requests?: Readonly<Record<number, Partial<RequestResult>>>;
  readonly dropped?: readonly number[];
  readonly client?: string;
  readonly executions?: readonly Execution[];
  readonly steps?: RunEvidence["steps"];
  readonly windowMs?: Scenario["windowMs"];
}): RunEvidence {
  const contestant = contestants.find(({ name }) => name === (changes.client ?? "dfs-retry"));
  if (contestant === undefined) throw new Error("no such client");
  const requests = Array.from({ length: 10 }, (_, index): RequestResult => {
    const dueUs = startUs + index * 100_000;
    const usual = { id: `r-${index + 1}`, dueUs, finishedUs: dueUs + 5000, port: 1 };
    return { ...usual, outcome: "ok", attempts: 1, ...changes.requests?.[index + 1] };
  }).filter((_, index) => !changes.dropped?.includes(index + 1));
  const { windowMs } = changes;
  const run = scenarioOf("run", false);
  const scenario: Scenario = { ...run, ratePerSecond: 10, durationMs: 1000 };
  return {
    contestant,
    scenario: windowMs === undefined ? scenario : { ...scenario, windowMs },
    result: { startUs, requests },
    executions: changes.executions ?? requests.map(({ id, dueUs: tUs }) => executed(id, tUs)),
    steps: changes.steps ?? [],
    ports: [1, 2, 3],
    openedUs: [startUs + 400_000, undefined, undefined],
  };
}

function executed(id: string, tUs = startUs, previousAttempts = 0): Execution {
  return { tUs, port: 1, id, previousAttempts };
}

function step(action: "kill" | "start" | "suspend" | "resume", replica: number, atMs: number) {
  return { step: { action, replica, atMs }, tUs: startUs + atMs * 1000 };
}

describe("figuresOf()", () => {
  test("counts a request without a record as lost", () => {
    const lost = { outcome: "lost", port: 0 } as const;
    const figures = figuresOf(evidence({ requests: { 2: lost }, dropped: [7] }));
    expect(figures).toMatchObject({ requests: 10, lost: 2, wrong: 0, slow: 0, worstMs: 5 });
  });

  test("takes the time until a lost request was given up as its latency", () => {
    const dueUs = startUs + 200_000;
    const lost = { outcome: "lost", finishedUs: dueUs + 5_000_000 } as const;
    expect(figuresOf(evidence({ requests: { 3: lost } }))).toMatchObject({
      slow: 1,
      worstMs: 5000,
    });
  });

  test("counts each execution beyond the first of a request as a duplicate", () => {
    const executions = ["r-1", "r-1", "r-1", "r-2", "r-2", "r-3"].map((id) => executed(id));
    expect(figuresOf(evidence({ executions })).duplicates).toBe(3);
  });

  test("counts attempts where the client's kind tells them", () => {
    const requests = { 4: { attempts: 3 } };
    const executions = [executed("r-4"), executed("r-4", startUs, 2), executed("r-5", startUs, 1)];
    const extra = (client: string) =>
      figuresOf(evidence({ client, requests, executions })).extraAttempts;
    expect(extra("dfs-retry")).toBe(2);
    expect(extra("grpcjs-stock")).toBe(3);
    expect(extra("haproxy")).toBeUndefined();
  });

  test("counts requests in flight at the instants of the kills", () => {
    // Request 2 is due at 100 ms and ends at 105 ms: the kill at 103 ms meets it, the other not.
    const steps = [step("kill", 0, 103), step("kill", 0, 150)];
    expect(figuresOf(evidence({ steps })).inFlightAtKills).toBe(1);
  });

  test("measures a restarted replica's return from its port's opening", () => {
    // Its port opened at 400 ms; request 5, due then, was answered by it 5 ms later.
    expect(figuresOf(evidence({ steps: [step("start", 0, 300)] })).restartedBackMs).toBe(5);
    // A port that was last open before the restart never opened again.
    expect(figuresOf(evidence({ steps: [step("start", 0, 500)] })).restartedBackMs).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test("measures a resumed replica's return by requests due after it woke", () => {
    // Woken at 350 ms: request 4, due at 300 ms and answered at 360 ms, does not count; request 5
    // is due at 400 ms and ends at 405 ms.
    const requests = { 4: { finishedUs: startUs + 360_000 } };
    const steps = [step("resume", 0, 350)];
    expect(figuresOf(evidence({ requests, steps })).resumedBackMs).toBe(55);
    expect(figuresOf(evidence({ steps: [step("resume", 1, 350)] })).resumedBackMs).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test("takes the window's requests by when they were due", () => {
    const windowMs = { fromMs: 200, toMs: 600 };
    const requests = { 3: { finishedUs: startUs + 300_000 }, 8: { finishedUs: startUs + 2e6 } };
    const executions = ["r-3", "r-3", "r-8", "r-8"].map((id) => executed(id));
    // Requests 3 to 6 are due in it; one of them was executed once too often.
    expect(figuresOf(evidence({ windowMs, requests, executions }))).toMatchObject({
      windowExtraPercent: 25,
      windowSlow: 1,
      windowWorstMs: 100,
    });
  });
});

test("medianFigures() takes medians, but the worst run for lost and wrong", () => {
  const runs = [0, 1, 0].map((lost, index) => ({
    ...figuresOf(evidence({})),
    lost,
    worstMs: [30, 10, 20][index] ?? 0,
  }));
  expect(medianFigures(runs)).toMatchObject({ lost: 1, wrong: 0, worstMs: 20 });
  expect(median([])).toBeUndefined();
});
