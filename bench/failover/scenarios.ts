import type { Question } from "./record.ts";

/** One thing done to the replicas, `atMs` after the load began. */
export interface Step {
  readonly atMs: number;
  readonly action: "kill" | "start" | "suspend" | "resume" | "burn";
  /** Index of the replica; of `burn`: not used. */
  readonly replica: number;
  /** Of `burn`. */
  readonly durationMs?: number;
}

export const scenarioNames = ["run", "crashes", "burst", "fast", "guide"] as const;

export type ScenarioName = (typeof scenarioNames)[number];

export interface Scenario {
  readonly name: ScenarioName;
  readonly title: string;
  readonly replicaCount: number;
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly deadlineMs: number;
  readonly question: Question;
  /** A replica waits this long between its search and its answer. */
  readonly waitMs: number;
  readonly steps: readonly Step[];
  /** A window of the steps that its figures are about, from the first step to here. */
  readonly windowMs?: { readonly fromMs: number; readonly toMs: number };
  /** Clients that run when none are named. */
  readonly clients: readonly string[];
}

/** The whole of modular:20000: 0.5 ms back to back, 1.2 ms at the load's pace (cold caches). */
const oneMillisecond: Question = { target: undefined, numVertices: 20_000 };

const ours = ["dfs-adaptive", "dfs-retry"];
const direct = ["grpcjs-stock", "grpcjs-hedging", "grpcjs-best", "grpc-go-stock"];

/** `shorter`: about a third of the time, for a first look; its figures prove nothing. */
export function scenarioOf(name: ScenarioName, shorter: boolean): Scenario {
  const stretch = shorter ? 0.4 : 1;
  const scenario = scenarios[name];
  return {
    ...scenario,
    durationMs: scenario.durationMs * stretch,
    steps: scenario.steps.map((step) => ({ ...step, atMs: step.atMs * stretch })),
    ...(scenario.windowMs && {
      windowMs: {
        fromMs: scenario.windowMs.fromMs * stretch,
        toMs: scenario.windowMs.toMs * stretch,
      },
    }),
  };
}

const threeReplicas = { replicaCount: 3, deadlineMs: 5000, question: oneMillisecond, waitMs: 0 };

const crashAndStall: readonly Step[] = [
  { atMs: 5000, action: "kill", replica: 0 },
  { atMs: 8000, action: "start", replica: 0 },
  { atMs: 12_000, action: "suspend", replica: 1 },
  { atMs: 18_000, action: "resume", replica: 1 },
];

const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  run: {
    name: "run",
    ...threeReplicas,
    title: "one replica killed at 5 s and started at 8 s, another suspended from 12 to 18 s",
    ratePerSecond: 100,
    durationMs: 25_000,
    steps: crashAndStall,
    clients: [...ours, "dfs-none", ...direct, "original", "haproxy", "nginx"],
  },
  crashes: {
    name: "crashes",
    ...threeReplicas,
    title: "8 kills in 6000 requests, each replica started again 1 s later",
    ratePerSecond: 300,
    durationMs: 20_000,
    // About 11 ms a call: 3 to 4 of them are in flight at any time.
    waitMs: 10,
    steps: Array.from({ length: 8 }, (_, kill) => {
      const atMs = 2000 + kill * 2200;
      const replica = kill % 3;
      return [
        { atMs, action: "kill", replica },
        { atMs: atMs + 1000, action: "start", replica },
      ] satisfies Step[];
    }).flat(),
    clients: [...ours, ...direct],
  },
  burst: {
    name: "burst",
    ...threeReplicas,
    title: "busy loops, four for each core, from 4 to 6 s",
    ratePerSecond: 100,
    durationMs: 10_000,
    steps: [{ atMs: 4000, action: "burn", replica: 0, durationMs: 2000 }],
    windowMs: { fromMs: 4000, toMs: 6500 },
    clients: [...ours, "grpcjs-stock", "grpcjs-hedging"],
  },
  fast: {
    name: "fast",
    ...threeReplicas,
    title: "the faults of `run` under 1000 requests/s, with a quarter of the work",
    question: { target: undefined, numVertices: 5000 },
    ratePerSecond: 1000,
    durationMs: 25_000,
    steps: crashAndStall,
    clients: [...ours, ...direct],
  },
  guide: {
    name: "guide",
    title: "2 replicas; one killed at 5 s and started at 7 s, the other suspended from 10 to 20 s",
    replicaCount: 2,
    ratePerSecond: 10,
    durationMs: 30_000,
    deadlineMs: 30_000,
    question: { target: 42_000, numVertices: 50_000 },
    waitMs: 0,
    steps: [
      { atMs: 5000, action: "kill", replica: 0 },
      { atMs: 7000, action: "start", replica: 0 },
      { atMs: 10_000, action: "suspend", replica: 1 },
      { atMs: 20_000, action: "resume", replica: 1 },
    ],
    windowMs: { fromMs: 10_000, toMs: 20_000 },
    clients: [...ours, ...direct, "original"],
  },
};
