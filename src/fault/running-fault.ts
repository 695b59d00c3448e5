import { type FaultName, faultKinds } from "./fault-kinds.ts";
import { fieldOf, parseJsonRows } from "./json-rows.ts";
import type { ProcessFacts } from "./process-facts.ts";

/** A process as one process of ours tells another of it. */
export type ProcessRef = Pick<ProcessFacts, "pid" | "identity" | "name" | "uid" | "user">;

/** A fault that suspends, while it lasts: what a watchdog guards and the roster keeps. */
export interface RunningFault {
  /** Names it to people: 4 to 16 characters of [0-9a-z]. */
  readonly id: string;
  readonly fault: FaultName;
  readonly port: number;
  /** The run that its records belong to. */
  readonly run: string;
  /** Begin and planned end by the wall clock, microseconds since the epoch. */
  readonly sinceUs: number;
  readonly untilUs: number;
  readonly targets: readonly ProcessRef[];
  readonly injector: ProcessRef;
  /** Undefined as long as none guards it. */
  readonly watchdog: ProcessRef | undefined;
}

/** Whether `text` can be the id of a fault, and so a file's name. */
export function isFaultId(text: string): boolean {
  return /^[0-9a-z]{4,16}$/.test(text);
}

export function refOf({ pid, identity, name, uid, user }: ProcessFacts): ProcessRef {
  return { pid, identity, name, uid, user };
}

/** What a System needs to find the process again; what was not told is empty. */
export function factsOf(ref: ProcessRef): ProcessFacts {
  return {
    ...{ parentPid: 0, executable: "", commandLine: "", startedUs: undefined },
    ...{ state: "running", leadsForegroundJob: false },
    ...ref,
  };
}

export function formatRunningFault(fault: RunningFault): string {
  return JSON.stringify(fault);
}

/** Undefined when `text` is anything else than what formatRunningFault() writes. */
export function parseRunningFault(text: string): RunningFault | undefined {
  const row = parseJsonRows(text)?.[0];
  return row === undefined ? undefined : runningFaultOf(row);
}

function runningFaultOf(row: object): RunningFault | undefined {
  const id = textOf(row, "id");
  const fault = faultNames.find((name) => name === fieldOf(row, "fault"));
  const port = numberOf(row, "port");
  const run = textOf(row, "run");
  const sinceUs = numberOf(row, "sinceUs");
  const untilUs = numberOf(row, "untilUs");
  const targets = refsOf(fieldOf(row, "targets"));
  const injector = refOfRow(fieldOf(row, "injector"));
  if (id === undefined || !isFaultId(id) || fault === undefined || run === undefined) return;
  if (port === undefined || sinceUs === undefined || untilUs === undefined) return;
  if (targets === undefined || injector === undefined) return;
  const watchdog = refOfRow(fieldOf(row, "watchdog"));
  return { id, fault, port, run, sinceUs, untilUs, targets, injector, watchdog };
}

const faultNames = Object.entries(faultKinds).flatMap(([name, { suspends }]) =>
  suspends ? [name as FaultName] : [],
);

function refsOf(value: unknown): readonly ProcessRef[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const refs = value.flatMap((row) => refOfRow(row) ?? []);
  return refs.length === value.length ? refs : undefined;
}

function refOfRow(row: unknown): ProcessRef | undefined {
  if (typeof row !== "object" || row === null) return undefined;
  const pid = numberOf(row, "pid");
  const identity = textOf(row, "identity");
  const name = textOf(row, "name");
  // 0 and below mean groups of processes to kill(2), and 1 is nobody's to touch.
  if (pid === undefined || pid <= 1 || identity === undefined || name === undefined) return;
  return { pid, identity, name, uid: numberOf(row, "uid"), user: textOf(row, "user") ?? "" };
}

function textOf(row: object, key: string): string | undefined {
  const value = fieldOf(row, key);
  return typeof value === "string" ? value : undefined;
}

/** A whole number from 0 that is exact. */
function numberOf(row: object, key: string): number | undefined {
  const value = fieldOf(row, key);
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}
