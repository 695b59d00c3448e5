import { seededRandom } from "../../src/base/random.ts";
import { FailoverClient } from "../../src/failover/failover-client.ts";
import { ReplicaSet } from "../../src/failover/replica-set.ts";
import { drawInteger } from "../../tests/simulation/draws.ts";
import { type Fault, plan } from "../../tests/simulation/faults.ts";
import { World } from "../../tests/simulation/world.ts";
import type { Arm } from "./arms.ts";
import { Series } from "./series.ts";

/** A fleet, its load and what befalls it. */
export interface Scale {
  readonly clientCount: number;
  readonly replicaCount: number;
  /** Calls that one replica works on at once, and the mean time that each takes. */
  readonly parallelism: number;
  readonly serviceMs: number;
  /** Requests a second in all, as a share of what all replicas together can serve. */
  readonly loadShare: number;
  readonly deadlineMs: number;
  readonly durationMs: number;
  readonly faultFromMs: number;
  readonly faultToMs: number;
  readonly fault: "stall" | "limp";
  /** Of the replicas, hit by the fault. */
  readonly faultShare: number;
  readonly seed: number;
}

export function capacityPerSecond(scale: Scale): number {
  return (scale.replicaCount * scale.parallelism * 1000) / scale.serviceMs;
}

/**
 * Plays one arm from the first request to the last deadline. Replicas answer probes beside their
 * work, and work off calls that nobody waits for any more, as most servers do.
 */
export function simulate(scale: Scale, arm: Arm): Series {
  const series = new Series(scale.durationMs);
  const world = new World({
    seed: scale.seed,
    replicas: Array.from({ length: scale.replicaCount }, () => ({
      service: { kind: "lognormal", meanMs: scale.serviceMs, sigma: 0.5 } as const,
      networkDelay: { kind: "lognormal", meanMs: 0.25, sigma: 0.3 } as const,
      parallelism: scale.parallelism,
      queuesProbes: false,
      honoursCancel: false,
    })),
    onCall: ({ isProbe }) => {
      if (!isProbe) series.attempted(elapsedMs());
    },
  });
  const clients = Array.from({ length: scale.clientCount }, () => openClient(world, arm));
  // Connections and first probes come before the load.
  world.clock.advanceMs(warmUpMs);
  const startUs = world.clock.nowUs();
  const elapsedMs = () => (world.clock.nowUs() - startUs) / 1000;
  for (const fault of faultsOf(scale)) plan(world, fault, () => undefined);
  scheduleArrivals();
  world.clock.advanceMs(scale.durationMs + scale.deadlineMs + settleMs);
  for (const { replicas } of clients) replicas.close();
  return series;

  /** Poisson, each request from a client drawn at random. */
  function scheduleArrivals(): void {
    const random = seededRandom(scale.seed + 1);
    const ratePerMs = (capacityPerSecond(scale) * scale.loadShare) / 1000;
    const numbers = clients.map(() => drawInteger(random, 0, scale.replicaCount - 1));
    const arrive = (): void => {
      const atMs = elapsedMs();
      if (atMs >= scale.durationMs) return;
      const index = drawInteger(random, 0, clients.length - 1);
      const number = (numbers[index] ?? 0) + 1;
      numbers[index] = number;
      series.scheduled(atMs);
      clients[index]?.client.start(
        {
          ...{ id: `${index}-${number}`, number, bytes: noBytes, mayExecuteTwice: true },
          path: "/dfs.DFSService/RunDFS",
          deadlineUs: world.clock.nowUs() + scale.deadlineMs * 1000,
        },
        ({ answer }) => series.finished(atMs, elapsedMs(), answer?.status === "OK"),
      );
      world.clock.set(-Math.log(1 - random.next()) / ratePerMs, arrive);
    };
    arrive();
  }
}

const warmUpMs = 100;
const settleMs = 1000;
const noBytes = new Uint8Array();

function openClient(world: World, arm: Arm) {
  const clock = world.clock.share();
  const replicas = new ReplicaSet({
    endpoints: world.endpoints,
    openChannel: (endpoint) => world.openChannel(endpoint),
    clock,
  });
  const client = new FailoverClient({
    ...{ replicas, clock, policy: arm.policy(), budget: arm.budget() },
  });
  return { replicas, client };
}

function faultsOf(scale: Scale): Fault[] {
  const { fault, faultShare, replicaCount, faultFromMs, faultToMs } = scale;
  const effect =
    fault === "stall"
      ? ({ kind: "stall" } as const)
      : ({ kind: "limp", runMs: 40, stopMs: 160 } as const);
  return Array.from({ length: Math.round(replicaCount * faultShare) }, (_, index) => ({
    // Spread over the fleet; each limps in a phase of its own.
    replica: Math.floor(index / faultShare),
    atMs: faultFromMs + (fault === "limp" ? index * 6 : 0),
    untilMs: faultToMs,
    effect,
  }));
}
