import { limits } from "../../base/limits.ts";
import { localTimestamp } from "../../base/local-time.ts";
import { formatProcess, type ProcessFacts } from "../../fault/process-facts.ts";
import { factsOf, type ProcessRef } from "../../fault/running-fault.ts";
import type { FaultStatus } from "../../fault/running-faults.ts";
import { type TextOptions, tableLines } from "../../report/text-layout.ts";

/** A heading and a line a fault, as of `nowUs` of the wall clock. */
export function faultTable(
  statuses: readonly FaultStatus[],
  nowUs: number,
  options: TextOptions,
): readonly string[] {
  const head = ["id", "fault", "port", "since", "until", "target", "injector"];
  return tableLines(
    { head, rows: statuses.map((status) => cellsOf(status, nowUs)), right: [2] },
    options,
  );
}

function cellsOf(status: FaultStatus, nowUs: number): readonly string[] {
  const { id, fault, port, sinceUs, untilUs, targets } = status.fault;
  const whom = targets.map((target, index) => {
    const state = status.targetStates[index];
    return `${nameOf(target)} ${state === "stopped" ? "suspended" : state}`;
  });
  return [
    ...[id, fault, String(port), localSecond(sinceUs), localSecond(untilUs)],
    ...[whom.join(", "), injectorText(status, nowUs)],
  ];
}

function injectorText(status: FaultStatus, nowUs: number): string {
  const { fault, isInjectorAlive, isWatchdogAlive } = status;
  const { id, watchdog } = fault;
  // Whoever was to undo it lives, but is suspended itself or cannot.
  const isOverdue =
    nowUs >= fault.untilUs + limits.listOverdueMs * 1000 && status.targetStates.includes("stopped");
  const overdue = isOverdue ? `, but it is overdue: dfs fault undo ${id}` : "";
  if (isInjectorAlive) return `${nameOf(fault.injector)} alive${overdue}`;
  const killed = `pid ${fault.injector.pid} killed`;
  if (!isWatchdogAlive || watchdog === undefined) {
    return `${killed}, and no watchdog lives: dfs fault undo ${id}`;
  }
  return `${killed}; its watchdog (pid ${watchdog.pid}) ${isOverdue ? "lives" : "undoes it"}${overdue}`;
}

/** As it is printed for programs; instants in microseconds since the epoch. */
export function faultJson(statuses: readonly FaultStatus[]): string {
  const rows = statuses.map(({ fault, targetStates, ...lives }) => {
    const { id, port, run, sinceUs, untilUs, targets, injector, watchdog } = fault;
    return {
      ...{ id, fault: fault.fault, port, run, sinceUs, untilUs },
      targets: targets.map(({ pid, name }, index) => ({ pid, name, state: targetStates[index] })),
      injector: { pid: injector.pid, alive: lives.isInjectorAlive },
      watchdog: { pid: watchdog?.pid, alive: lives.isWatchdogAlive },
    };
  });
  return JSON.stringify(rows, null, 2);
}

/** `stall k2bgi of port 50052`. */
export function faultName({ fault: { fault, id, port } }: FaultStatus): string {
  return `${fault} ${id} of port ${port}`;
}

export function nameOf(ref: ProcessRef | ProcessFacts): string {
  return formatProcess(factsOf(ref));
}

function localSecond(tUs: number): string {
  return localTimestamp(tUs).replace(/,\d+$/, "");
}
