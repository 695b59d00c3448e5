import { describe, expect, test } from "bun:test";
import { FaultSimulation } from "../../tests/support/fault-simulation.ts";
import { seededRandom } from "../base/random.ts";
import type { ProcessFacts } from "./process-facts.ts";
import { injectRandom } from "./random-faults.ts";
import { type PlannedFault, planFaults } from "./random-plan.ts";
import type { RandomRequest, RandomResult } from "./random-request.ts";
import type { RandomStep } from "./random-step.ts";

const [a, b, c] = [50051, 50052, 50053] as const;

/** Replicas on several ports, which somebody starts again when they end. */
class Fleet {
  readonly sim: FaultSimulation;
  readonly steps: RandomStep[] = [];
  readonly startUs: number;
  /** From the end of a process to its successor; undefined: there is none. */
  restartMs: () => number | undefined = () => 500;
  successor: Partial<ProcessFacts> = {};
  #pid = 7;

  constructor(...ports: readonly number[]) {
    this.sim = new FaultSimulation({
      acceptsConnections: async (port) => this.pidOf(port) !== undefined,
    });
    this.startUs = this.sim.clock.nowUs();
    for (const port of ports) this.start(port);
  }

  pidOf(port: number): number | undefined {
    return this.sim.listeners.find((listener) => listener.port === port)?.pid;
  }

  start(port: number, change: Partial<ProcessFacts> = {}): void {
    const pid = this.#pid++;
    const process = this.sim.add(pid, { commandLine: `dfs serve ${port}`, ...change }, port);
    process.onKill = () => this.end(port);
  }

  end(port: number): void {
    this.sim.set(this.pidOf(port) ?? 0, "gone");
    const restartMs = this.restartMs();
    if (restartMs === undefined) return;
    this.sim.clock.after(restartMs, () => this.start(port, this.successor));
  }

  inject(change: Partial<RandomRequest>): Promise<RandomResult> {
    const request: RandomRequest = {
      ...{ ports: [a, b, c], plan: [], durationMs: 10_000, keepHealthy: 1, settleMs: 2000 },
      ...change,
    };
    const onStep = (step: RandomStep) => this.steps.push(step);
    return injectRandom(request, { ...this.sim.options(), onStep });
  }

  at(ms: number, action: () => void): void {
    this.sim.clock.after(ms, action);
  }

  /** `skipped 3 under-fault` and the like. */
  said(): string[] {
    return this.steps.map((step) =>
      [step.kind, step.fault.number, step.kind === "skipped" ? step.reason : ""].join(" ").trim(),
    );
  }

  /** Those that are suspended. */
  stopped(): number[] {
    const all = [...this.sim.processes.values()].map(({ facts }) => facts);
    return all.filter(({ state }) => state === "stopped").map(({ pid }) => pid);
  }
}

let number = 0;
const fault = (
  kind: PlannedFault["kind"],
  port: number,
  offsetMs: number,
  lengthMs?: number,
): PlannedFault => ({ number: ++number, offsetMs, kind, port, lengthMs });
const plan = (...faults: readonly Parameters<typeof fault>[]): readonly PlannedFault[] => {
  number = 0;
  return faults.map((words) => fault(...words));
};

describe("injectRandom()", () => {
  test("plays each fault at its time, several at once, until its duration is over", async () => {
    const fleet = new Fleet(a, b, c);
    const faults = plan(["stall", a, 1000, 3000], ["limp", b, 2000, 1000], ["crash", b, 6000]);
    const result = await fleet.sim.run(fleet.inject({ plan: faults }));
    expect(result).toMatchObject({ outcome: "done", failed: [], skipped: [], absent: [] });
    expect(result.done.map(({ number: at }) => at)).toEqual([2, 1, 3]);
    expect(fleet.sim.written(fleet.startUs).map((line) => line.replace(/@.*/, ""))).toEqual([
      ...["stall begin 7 ", "limp begin 8 ", "limp end 8 ", "stall end 7 ", "crash begin 8 "],
    ]);
    expect(fleet.sim.records.at(0)?.tUs).toBe(fleet.startUs + 1_000_000);
    expect(fleet.sim.clock.nowUs()).toBeGreaterThanOrEqual(fleet.startUs + 10_000_000);
    expect(fleet.stopped()).toEqual([]);
  });

  test("skips what is not possible when its time comes, and says why", async () => {
    const fleet = new Fleet(a, b, c);
    const faults = plan(
      ["stall", a, 1000, 5000],
      ["crash", a, 2000], // under fault 1
      ["crash", b, 2500], // leaves c
      ["stall", c, 2600, 1000], // nobody else would be untouched
      ["limp", b, 2700, 1000], // nobody listens
      ["limp", b, 4000, 1000], // back for a second only
      ["limp", b, 6500, 1000],
    );
    const result = await fleet.sim.run(fleet.inject({ plan: faults }));
    expect(fleet.said()).toEqual([
      ...["skipped 2 under-fault", "skipped 4 keep-healthy", "skipped 5 down"],
      "skipped 6 settling",
    ]);
    expect(result.done.map(({ number: at }) => at)).toEqual([3, 1, 7]);
    expect(result.outcome).toBe("done");
  });

  test("undoes what lasts as soon as others die by themselves", async () => {
    const fleet = new Fleet(a, b, c);
    fleet.restartMs = () => undefined;
    fleet.at(2000, () => fleet.end(b));
    fleet.at(3000, () => fleet.end(c));
    const faults = plan(["stall", a, 1000, 8000], ["crash", a, 9500]);
    const result = await fleet.sim.run(fleet.inject({ plan: faults }));
    expect(fleet.said()).toEqual(["cut-short 1", "skipped 2 keep-healthy"]);
    expect(result).toMatchObject({ outcome: "done", done: [], absent: [b, c] });
    expect(result.cutShort).toHaveLength(1);
    const end = fleet.sim.records.at(-1);
    expect(((end?.tUs ?? 0) - fleet.startUs) / 1000).toBeWithin(3000, 4000);
  });

  test("undoes everything at once when it is interrupted", async () => {
    const fleet = new Fleet(a, b, c);
    fleet.at(2500, () => fleet.sim.interrupt.abort());
    const faults = plan(["stall", a, 1000, 8000], ["limp", b, 2000, 8000], ["crash", c, 9000]);
    const result = await fleet.sim.run(fleet.inject({ plan: faults }));
    expect(result.outcome).toBe("interrupted");
    expect(fleet.stopped()).toEqual([]);
    expect(fleet.sim.clock.nowUs()).toBeLessThan(fleet.startUs + 3_000_000);
    expect(fleet.sim.watchdogs.every((watchdog) => watchdog.isReleased)).toBe(true);
  });

  test("ends all when one is undone by its watchdog's word", async () => {
    const fleet = new Fleet(a, b, c);
    fleet.at(3000, () => fleet.sim.watchdogs[0]?.says({ word: "asked" }));
    const faults = plan(["stall", a, 1000, 8000], ["stall", b, 2000, 8000]);
    const result = await fleet.sim.run(fleet.inject({ plan: faults }));
    expect(result.outcome).toBe("undone");
    expect(fleet.stopped()).toEqual([]);
    expect(fleet.sim.clock.nowUs()).toBeLessThan(fleet.startUs + 4_000_000);
  });

  test("counts an effect that could not be proved, tells it, and goes on", async () => {
    const fleet = new Fleet(a, b, c);
    const deaf = fleet.sim.processes.get(fleet.pidOf(a) ?? 0);
    if (deaf !== undefined) deaf.onSuspend = () => undefined;
    const faults = plan(["stall", a, 1000, 1000], ["stall", b, 5000, 1000]);
    const result = await fleet.sim.run(fleet.inject({ plan: faults }));
    expect(fleet.said()).toEqual(["failed 1"]);
    expect(result.failed).toHaveLength(1);
    expect(result.done.map(({ port }) => port)).toEqual([b]);
  });

  test("counts a target that dies while suspended", async () => {
    const fleet = new Fleet(a, b, c);
    fleet.at(2000, () => fleet.end(a));
    const faults = plan(["stall", a, 1000, 3000]);
    const result = await fleet.sim.run(fleet.inject({ plan: faults }));
    expect([result.failed.length, result.done.length]).toEqual([1, 0]);
  });

  test("never hits another program that has taken a port", async () => {
    const fleet = new Fleet(a, b, c);
    fleet.successor = { executable: "/usr/bin/postgres", commandLine: "postgres" };
    const faults = plan(["crash", a, 1000], ["crash", a, 6000]);
    const result = await fleet.sim.run(fleet.inject({ plan: faults }));
    expect(fleet.sim.signals).toEqual(["kill 7"]);
    expect(fleet.steps.at(-1)).toMatchObject({
      ...{ kind: "failed", message: expect.stringContaining("the port changed hands") },
    });
    expect(result.failed).toHaveLength(1);
  });

  test("waits for replicas on their way, but refuses when none is there", async () => {
    const faults = plan(["stall", a, 1000, 500], ["stall", b, 8000, 500]);
    const fleet = new Fleet(a, c);
    fleet.at(5000, () => fleet.start(b));
    const result = await fleet.sim.run(fleet.inject({ plan: faults }));
    expect(fleet.sim.kinds()[1]).toBe("port-empty");
    expect(result.done).toHaveLength(2);
    const nobody = new Fleet();
    expect((await nobody.sim.run(nobody.inject({ plan: faults }).catch(String))).toString()).toBe(
      `DfsError: Cannot break anything as nothing listens on ports ${a}, ${b}, ${c}`,
    );
  });
});

test("never leaves fewer untouched than asked, whatever the seed and whoever dies", async () => {
  let begunCount = 0;
  for (let seed = 0; seed < 60; seed++) {
    const random = seededRandom(seed);
    const ports = [a, b, c, 50_060].slice(0, 2 + (seed % 3));
    const keepHealthy = seed % ports.length;
    const fleet = new Fleet(...ports);
    fleet.restartMs = () => random.next() * 4000;
    const kinds = (["crash", "stall", "limp"] as const).map((kind) => ({ kind, weight: 1 }));
    const spans = { everyMs: 1000, jitterMs: 500, durationMs: 20_000 };
    const lengths = { faultMinMs: 200, faultMaxMs: 3000 };
    const { events } = fleet.sim;
    const touched = new Set<number>();
    const look = () => {
      for (const event of events.splice(0)) {
        const isBegin = ["injected", "started", "limping"].includes(event.kind);
        if (isBegin) begunCount++;
        if (isBegin) touched.add(event.port);
        if (["recovered", "limped"].includes(event.kind)) touched.delete(event.port);
        if (event.kind === "injected") fleet.at(1, () => touched.delete(event.port));
        const untouched = ports.filter((port) => !touched.has(port) && fleet.pidOf(port));
        if (isBegin && untouched.length < keepHealthy) throw new Error(`Seed ${seed} left too few`);
      }
      fleet.at(10, look);
    };
    look();
    const faults = planFaults({ seed, ports, kinds, ...spans, ...lengths });
    const injected = fleet.inject({ ports, plan: faults, durationMs: 20_000, keepHealthy });
    const result = await fleet.sim.run(injected);
    expect([result.outcome, result.failed, fleet.stopped()]).toEqual(["done", [], []]);
  }
  expect(begunCount).toBeGreaterThan(200);
}, 60_000);
