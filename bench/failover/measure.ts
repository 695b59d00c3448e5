import { mkdirSync } from "node:fs";
import { sleep, systemClock, waitUntil } from "../../src/base/clock.ts";
import { freshId } from "../../src/base/random.ts";
import { type Child, endChild } from "./children.ts";
import { type ClientPrograms, type RunningClient, startClient } from "./clients.ts";
import type { Contestant } from "./contestants.ts";
import type { RunEvidence } from "./figures.ts";
import { Fleet, freePorts } from "./fleet.ts";
import { startProxy } from "./proxies.ts";
import type { RightAnswer } from "./record.ts";
import type { Scenario } from "./scenarios.ts";
import { playTimeline } from "./timeline.ts";

export interface Programs extends ClientPrograms {
  readonly replica: Readonly<Record<"bun" | "node", readonly string[] | undefined>>;
  readonly haproxy: string | undefined;
  readonly nginx: string | undefined;
  readonly protoPath: string;
}

export interface MeasureOptions {
  readonly scenario: Scenario;
  /** Counts from 0; shifts the faults against the schedule, so that runs meet different phases. */
  readonly round: number;
  /** Without the faults. */
  readonly isUndisturbed: boolean;
  readonly dir: string;
  readonly right: RightAnswer;
  readonly programs: Programs;
  readonly signal: AbortSignal;
}

const phaseMs = 2.3;
const drainWithinMs = 3000;

/** One run of one client against fresh replicas. */
export async function measure(
  contestant: Contestant,
  options: MeasureOptions,
): Promise<RunEvidence> {
  const { scenario, round, dir, programs, right } = options;
  mkdirSync(dir, { recursive: true });
  const ports = freePorts(scenario.replicaCount + 1);
  const proxyPort = ports.pop() ?? 0;
  const command = programs.replica[contestant.replicaRuntime];
  if (command === undefined)
    throw new Error(`there is no ${contestant.replicaRuntime} for replicas`);
  const { question, waitMs, deadlineMs } = scenario;
  const { protoPath } = programs;
  const fleet = await Fleet.start({ ports, command, dir, question, waitMs, protoPath });
  let proxy: Child | undefined;
  try {
    const name = contestant.program.kind === "grpc-js" ? contestant.program.proxy : undefined;
    if (name !== undefined) {
      const program = programs[name] ?? name;
      proxy = await startProxy(name, {
        port: proxyPort,
        replicaPorts: ports,
        dir,
        deadlineMs,
        program,
      });
    }
    const targets = name === undefined ? ports : [proxyPort];
    const runId = freshId();
    const client = await startClient(contestant, {
      ...{ scenario, ports: targets, dir, runId, right, programs },
    });
    const done = await playWith(client, fleet, options);
    await untilQuiet(fleet);
    const { result, steps } = done;
    const ids = new Set(result.requests.map(({ id }) => id));
    const executions = fleet.executions().filter(({ id }) => ids.has(id));
    const openedUs = ports.map((_, replica) => fleet.openedUs(replica));
    return { contestant, scenario, result, executions, steps, ports, openedUs };
  } finally {
    if (proxy !== undefined) await endChild(proxy);
    await fleet.stop();
  }

  async function playWith(client: RunningClient, replicas: Fleet, { signal }: MeasureOptions) {
    const shifted = scenario.steps.map((step) => ({ ...step, atMs: step.atMs + round * phaseMs }));
    const timeline = new AbortController();
    const stop = () => timeline.abort();
    signal.addEventListener("abort", stop, { once: true });
    try {
      const steps = playTimeline(options.isUndisturbed ? [] : shifted, {
        ...{ startUs: client.startUs, fleet: replicas, dir, signal: timeline.signal },
      });
      const result = await client.finish();
      return { result, steps: await steps };
    } finally {
      timeline.abort();
      signal.removeEventListener("abort", stop);
    }
  }
}

/** A replica that was suspended may still be working on what piled up; that counts too. */
async function untilQuiet(fleet: Fleet): Promise<void> {
  let count = -1;
  const isQuiet = async () => {
    const before = count;
    await sleep(systemClock, 200);
    count = fleet.executions().length;
    return count === before;
  };
  await waitUntil(systemClock, isQuiet, { withinMs: drainWithinMs, everyMs: 1 });
}
