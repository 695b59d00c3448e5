import { formatDuration } from "../base/duration.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import { type ExitStatus, exitStatus } from "../base/exit-status.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import { printable } from "../base/printable.ts";
import { freshId } from "../base/random.ts";
import { type MetricsPlace, refuseTakenMetricsPort } from "../live/metrics/metrics-server.ts";
import { describeEnd, isCrash, type ProcessEnd } from "../replica/process-end.ts";
import { appendingTo } from "../replica/server-ledger.ts";
import { type SupervisorEvent, startSupervisor } from "../replica/supervisor.ts";
import { metricsArguments } from "./metrics-flags.ts";
import type { ServeConfig } from "./serve-config.ts";
import { graphArguments } from "./serve-graph.ts";
import { limitArguments } from "./serve-limit-flags.ts";
import { servingLine } from "./serve-one.ts";
import type { RunContext } from "./subcommand.ts";

/** Runs replicas in processes of their own until asked to end, or until none is left. */
export async function serveSeveral(
  config: ServeConfig,
  { terminal, clock, interrupts }: RunContext,
): Promise<ExitStatus> {
  const { metrics, ports } = config;
  const places = metrics === undefined ? [] : metricsPlacesOf(metrics, ports.length);
  for (const place of places) await refuseTakenMetricsPort(place);
  let restartsLost = false;
  const onLedgerFailure = (failure: string) => {
    restartsLost = true;
    terminal.notices.warn(`${failure}; a restart is not recorded`);
  };
  const say = (text: string) => terminal.line(`[${localTimeOfDay(clock.nowUs())}] ${text}`);
  const supervisor = await startSupervisor({
    ...config,
    graphArguments: graphArguments(config.graph),
    otherArguments: (port) => [
      ...limitArguments(config.limits),
      ...metricsArguments(places[config.ports.indexOf(port)]),
    ],
    by: "supervisor",
    run: freshId(),
    cwd: process.cwd(),
    clock,
    ledgerOf(port) {
      const logfile = config.logfileOf(port);
      return logfile === undefined ? undefined : appendingTo(logfile, clock, onLedgerFailure);
    },
    onEvent(event) {
      if (event.kind === "output") terminal.line(`[${event.port}] ${printable(event.line)}`);
      else say(supervisorEventText(event, config));
    },
  });
  const asked = new Promise<void>((resolve) => {
    if (interrupts.soft.aborted) resolve();
    else interrupts.soft.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([asked, supervisor.allEnded]);
  if (interrupts.soft.aborted) {
    await supervisor.stop();
    // Each says itself what it could not write.
    const ends = [...supervisor.ends.values()];
    return restartsLost || ends.some(hasLostRecords)
      ? exitStatus.criterionNotMet
      : exitStatus.verified;
  }
  const crashed = [...supervisor.ends.values()].filter(isCrash);
  if (crashed.length === 0) return exitStatus.verified;
  throw new DfsError(
    "cannot-run",
    "No replica is left to serve; --restart on-crash would start them again",
  );
}

/** One for each replica, counting up as their own ports do; 0: each picks a free one. */
export function metricsPlacesOf(first: MetricsPlace, count: number): readonly MetricsPlace[] {
  const { host, port } = first;
  return Array.from({ length: count }, (_, index) => ({ host, port: port && port + index }));
}

/** How a replica ends that drained in order but could not write all of its ledger. */
function hasLostRecords(end: ProcessEnd): boolean {
  return end.kind === "status" && end.status === exitStatus.criterionNotMet;
}

/** One line for an event; output lines are the replica's own. */
export function supervisorEventText(
  event: Exclude<SupervisorEvent, { kind: "output" }>,
  config: Pick<ServeConfig, "logfileOf">,
): string {
  const endpoint = formatEndpoint(event.endpoint);
  switch (event.kind) {
    case "loading":
      return `replica ${endpoint} loading ${event.graph}`;
    case "started": {
      const { graph, pid, port, after } = event;
      const line = servingLine({ endpoint, graph, pid, logfile: config.logfileOf(port) });
      return after === undefined ? line : `${line}; started again after ${after}`;
    }
    case "exited": {
      const verb = isCrash(event.end) ? "died" : "ended";
      return `replica ${endpoint} (pid ${event.pid ?? "none"}) ${verb}: ${describeEnd(event.end)}`;
    }
    case "restarting":
      return `replica ${endpoint} will be started again in ${formatDuration(event.delayMs)}`;
  }
}
