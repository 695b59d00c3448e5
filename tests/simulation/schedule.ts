import { type Random, seededRandom } from "../../src/base/random.ts";
import type { PolicyName } from "../../src/failover/policy.ts";
import {
  drawBetween,
  drawChance,
  drawInteger,
  drawOne,
  drawScale,
  type SpanModel,
} from "./draws.ts";
import { drawEffect, type Fault, type FaultKind, faultKinds } from "./faults.ts";
import type { ChannelModel } from "./simulated-channel.ts";
import type { ReplicaModel } from "./simulated-replica.ts";
import { drawStreams, type ScheduledStream } from "./stream-schedule.ts";

/** All that a run depends on; drawn from its family and seed alone. */
export interface Schedule {
  readonly family: Family;
  readonly seed: number;
  readonly policy: PolicyName;
  /** As of createPolicy(). */
  readonly attemptTimeoutMs: number | undefined;
  readonly hedgeBudgetShare: number;
  readonly channel: ChannelModel;
  readonly replicas: readonly ReplicaModel[];
  readonly requests: readonly ScheduledRequest[];
  readonly faults: readonly Fault[];
  readonly streams: readonly ScheduledStream[];
}

export interface ScheduledRequest {
  readonly atMs: number;
  readonly deadlineMs: number;
  readonly isIdempotent: boolean;
}

/**
 * Which faults a schedule draws: one kind; `mixed`: any; `all-out`: every replica is out at once;
 * `overload`: more load than the replicas can take.
 */
export const families = ["calm", ...faultKinds, "mixed", "all-out", "overload"] as const;

export type Family = (typeof families)[number];

export function isFamily(text: string): text is Family {
  return families.some((family) => family === text);
}

export function drawSchedule(family: Family, seed: number): Schedule {
  const random = seededRandom(seed);
  const requestCount = drawInteger(random, 20, 80);
  const spanMs = drawScale(random, 200, 60_000);
  const policy = drawPolicy(random);
  const model = drawReplica(random, spanMs / requestCount, family === "overload");
  const count = drawInteger(random, 1, 5);
  const serviceMs = model.service.meanMs;
  return {
    family,
    seed,
    policy,
    attemptTimeoutMs: drawChance(random, 0.2)
      ? Math.max(20, serviceMs * drawScale(random, 20, 100))
      : undefined,
    hedgeBudgetShare: drawOne(random, [0, 0.1, 0.1, 1]),
    channel: drawChannel(random),
    replicas: Array.from({ length: count }, () => ({
      ...model,
      service: { ...model.service, meanMs: serviceMs * drawBetween(random, 0.8, 1.2) },
    })),
    requests: drawRequests(random, requestCount, spanMs),
    faults: drawFaults(random, { family, replicaCount: count, spanMs }),
    streams: drawStreams(random, spanMs),
  };
}

function drawPolicy(random: Random): PolicyName {
  const place = random.next();
  if (place < 0.8) return "adaptive";
  return place < 0.95 ? "retry" : "none";
}

/** One replica alone can take the load, and half as much again, unless it is an overload. */
function drawReplica(random: Random, intervalMs: number, isOverload: boolean): ReplicaModel {
  const parallelism = drawOne(random, [1, 1, 2, 4, 8]);
  const load = isOverload ? drawScale(random, 0.7, 20) : drawScale(random, 0.002, 0.4);
  const meanMs = Math.min(isOverload ? 500 : 50, Math.max(0.1, intervalMs * parallelism * load));
  const delayMs = drawScale(random, 0.02, 5);
  return {
    service: drawSpanModel(random, meanMs),
    parallelism,
    networkDelay: drawSpanModel(random, delayMs),
    queuesProbes: drawChance(random, 0.5),
    honoursCancel: drawChance(random, 0.5),
  };
}

function drawSpanModel(random: Random, meanMs: number): SpanModel {
  const kind = drawOne(random, ["constant", "exponential", "lognormal", "bimodal"] as const);
  switch (kind) {
    case "lognormal":
      return { kind, meanMs, sigma: drawBetween(random, 0.1, 1) };
    case "bimodal":
      return {
        ...{ kind, meanMs },
        slowShare: drawScale(random, 0.001, 0.2),
        slowFactor: drawScale(random, 2, 20),
      };
    default:
      return { kind, meanMs };
  }
}

function drawChannel(random: Random): ChannelModel {
  const backoffMinMs = drawScale(random, 1, 50);
  return {
    backoffMinMs,
    backoffMaxMs: backoffMinMs * drawScale(random, 1, 10),
    connectTimeoutMs: drawScale(random, 100, 3000),
    tellsStateFirst: drawChance(random, 0.5),
    cancelsAtOnce: drawChance(random, 0.5),
  };
}

function drawRequests(random: Random, count: number, spanMs: number): ScheduledRequest[] {
  const idempotentShare = drawOne(random, [0, 0.5, 0.9, 1, 1]);
  const deadlineMs = drawScale(random, 500, 30_000);
  const burstShare = drawOne(random, [0, 0, 0.3]);
  const isEven = drawChance(random, 0.5);
  let atMs = 0;
  return Array.from({ length: count }, () => {
    const pauseMs = (spanMs / count) * (isEven ? 1 : 2 * random.next());
    if (!drawChance(random, burstShare)) atMs += pauseMs;
    return {
      atMs,
      deadlineMs: drawChance(random, 0.1) ? deadlineMs * random.next() : deadlineMs,
      isIdempotent: drawChance(random, idempotentShare),
    };
  });
}

interface FaultRange {
  readonly family: Family;
  readonly replicaCount: number;
  readonly spanMs: number;
}

/** Faults of one replica follow each other; mostly one replica is spared altogether. */
function drawFaults(random: Random, { family, replicaCount, spanMs }: FaultRange): Fault[] {
  if (family === "calm" || family === "overload") return [];
  const sparedCount = family === "all-out" ? 0 : drawOne(random, [0, 1, 1, 1]);
  const outMs = {
    atMs: spanMs * drawBetween(random, 0.1, 0.4),
    spanMs: spanMs * drawBetween(random, 0.05, 0.3),
  };
  const faults: Fault[] = [];
  for (let replica = sparedCount; replica < replicaCount; replica++) {
    if (family === "all-out") {
      const atMs = outMs.atMs * drawBetween(random, 0.9, 1);
      const untilMs = outMs.atMs + outMs.spanMs * drawBetween(random, 1, 2);
      const effect = drawEffect(random, drawOne(random, outageKinds), untilMs - atMs);
      faults.push({ replica, atMs, untilMs, effect });
      continue;
    }
    let atMs = spanMs * drawBetween(random, -0.2, 0.5);
    const count = drawInteger(random, 1, 3);
    for (let number = 0; number < count && atMs < spanMs * 0.7; number++) {
      const faultMs = spanMs * drawScale(random, 0.005, 0.4);
      const kind: FaultKind = family === "mixed" ? drawOne(random, faultKinds) : family;
      const startMs = Math.max(0, atMs);
      const effect = drawEffect(random, kind, faultMs);
      faults.push({ replica, atMs: startMs, untilMs: startMs + faultMs, effect });
      atMs = startMs + faultMs + spanMs * drawScale(random, 0.001, 0.3);
    }
  }
  return faults;
}

const outageKinds = ["crash", "crash", "stall", "stall", "mute", "cut"] as const;
