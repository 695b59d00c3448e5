import { type FaultName, faultKinds } from "./fault-kinds.ts";
import { formatSocketAddress, servesAddress } from "./ip-address.ts";
import type { Listener } from "./listener.ts";
import { formatCommand, formatProcess, type ProcessFacts } from "./process-facts.ts";
import { formatOwner } from "./signals.ts";
import type { Target } from "./target.ts";

/** Everything a decision needs; nothing is looked up. */
export interface Situation {
  readonly fault: FaultName;
  readonly port: number;
  /** The addresses that --host names; undefined: any. */
  readonly addresses: readonly string[] | undefined;
  /** Only this owner; undefined: any. */
  readonly pid: number | undefined;
  readonly all: boolean;
  readonly listeners: readonly Listener[];
  /** Facts of the processes that live, at least of those relevantPids() names. */
  readonly processes: ReadonlyMap<number, ProcessFacts>;
  readonly ownPid: number;
  /** Undefined where the system has no such number. */
  readonly ownUid: number | undefined;
  /** Our own pid and those of our ancestors. */
  readonly lineage: ReadonlySet<number>;
  /** Pids never touched, and what they are. */
  readonly reserved: ReadonlyMap<number, string>;
}

export type Resolution =
  | { readonly kind: "targets"; readonly targets: readonly Target[] }
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly message: string };

export type RefusalReason =
  | "nothing-listens"
  | "owner-not-visible"
  | "several-owners"
  | "protected"
  | "already-stopped";

/** How many neighbours a refusal lists. */
const neighbourMaxCount = 4;

/** The processes that `situation` asks for, or why they must not be hit. */
export function resolveTargets(situation: Situation): Resolution {
  const matches = matchingListeners(situation);
  const hidden = matches.find((listener) => listener.pid === undefined);
  const targets = targetsOf(matches, situation);
  if (targets.length === 0 && hidden === undefined) {
    return refused(situation, "nothing-listens", nothingListens(situation));
  }
  if (hidden !== undefined && (targets.length === 0 || situation.all)) {
    return refused(situation, "owner-not-visible", notVisible(hidden, situation));
  }
  if (targets.length + (hidden === undefined ? 0 : 1) > 1 && !situation.all) {
    return refused(situation, "several-owners", severalOwners(targets, hidden, situation.port));
  }
  for (const { process } of targets) {
    const reason = protection(process, situation);
    if (reason !== undefined) return refused(situation, "protected", reason);
    if (faultKinds[situation.fault].suspends && process.state === "stopped") {
      return refused(
        situation,
        "already-stopped",
        `${formatProcess(process)} is suspended already: its resumption is not ours to decide`,
      );
    }
  }
  return { kind: "targets", targets };
}

/**
 * The processes whose facts a decision about `situation` needs: the owners, else the neighbours'
 * owners.
 */
export function relevantPids(situation: Omit<Situation, "processes">): readonly number[] {
  const owners = pidsOf(matchingListeners(situation));
  if (owners.length > 0) return owners;
  return pidsOf([...elsewhereOnPort(situation), ...nearestListeners(situation)]);
}

type Where = Pick<Situation, "port" | "addresses" | "pid" | "listeners">;

function matchingListeners({ port, addresses, pid, listeners }: Where): readonly Listener[] {
  return listeners.filter(
    (listener) =>
      listener.port === port &&
      (pid === undefined || listener.pid === pid) &&
      (addresses === undefined ||
        addresses.some((address) => servesAddress(listener.address, address))),
  );
}

/** One target per living owner, in order of pid. */
function targetsOf(matches: readonly Listener[], situation: Situation): Target[] {
  return pidsOf(matches).flatMap((pid) => {
    const process = situation.processes.get(pid);
    if (process === undefined) return [];
    const own = matches.filter((listener) => listener.pid === pid);
    return [{ process, addresses: [...new Set(own.map((listener) => listener.address))] }];
  });
}

function pidsOf(listeners: readonly Listener[]): number[] {
  const pids = listeners.flatMap((listener) => listener.pid ?? []);
  return [...new Set(pids)].sort((a, b) => a - b);
}

function protection(target: ProcessFacts, situation: Situation): string | undefined {
  const what = situation.reserved.get(target.pid);
  if (target.pid <= 0) return `pid ${target.pid} is no process`;
  if (what !== undefined) return `pid ${target.pid} is ${what}`;
  if (target.pid === situation.ownPid) return `${formatProcess(target)} is this very process`;
  if (situation.lineage.has(target.pid)) return `${formatProcess(target)} is an ancestor of dfs`;
  return undefined;
}

function nothingListens(situation: Situation): string {
  const elsewhere = elsewhereOnPort(situation);
  if (elsewhere.length > 0) {
    return `nothing that matches listens there; that port has ${list(elsewhere, situation)}`;
  }
  const nearest = nearestListeners(situation);
  if (nearest.length === 0) return "nothing listens there, nor on any other port";
  return `nothing listens there; the nearest listeners are ${list(nearest, situation)}`;
}

/** Listeners of the port that --host or the pid leave out, or whose owner has died since. */
function elsewhereOnPort({ port, listeners, ...rest }: Where): readonly Listener[] {
  const matches = matchingListeners({ port, listeners, ...rest });
  return listeners.filter((listener) => listener.port === port && !matches.includes(listener));
}

/** One listener for each of the nearest ports, nearest first. */
function nearestListeners({ port, listeners }: Where): readonly Listener[] {
  const byPort = new Map<number, Listener>();
  for (const listener of listeners) {
    const isBetter = byPort.get(listener.port)?.pid === undefined;
    if (listener.port !== port && isBetter) byPort.set(listener.port, listener);
  }
  const distance = (listener: Listener) => Math.abs(listener.port - port);
  return [...byPort.values()]
    .sort((a, b) => distance(a) - distance(b) || a.port - b.port)
    .slice(0, neighbourMaxCount);
}

function list(listeners: readonly Listener[], { processes }: Situation): string {
  const texts = listeners.map((listener) => {
    const process = listener.pid === undefined ? undefined : processes.get(listener.pid);
    const owner = process === undefined ? ownerText(listener) : formatProcess(process);
    return `${formatSocketAddress(listener.address, listener.port)} of ${owner}`;
  });
  return texts.join(", ");
}

function ownerText({ pid, uid }: Listener): string {
  return pid === undefined ? `a process of ${formatOwner({ uid })}` : `pid ${pid}`;
}

function notVisible(hidden: Listener, { port, ownUid }: Situation): string {
  const at = formatSocketAddress(hidden.address, port);
  const mayHaveSeen = ownUid !== undefined && (ownUid === 0 || ownUid === hidden.uid);
  const remedy = mayHaveSeen
    ? "it may run in another container; run dfs where it runs"
    : "run dfs as that user or with more rights (sudo, an elevated prompt)";
  return (
    `the process that listens at ${at} is not visible to this user: ` +
    `it belongs to ${formatOwner(hidden)}; ${remedy}`
  );
}

function severalOwners(
  targets: readonly Target[],
  hidden: Listener | undefined,
  port: number,
): string {
  const owners = targets.map(({ process, addresses }) => {
    const at = addresses.map((address) => formatSocketAddress(address, port)).join(" and ");
    return `${formatProcess(process)} at ${at}, started as: ${formatCommand(process)}`;
  });
  if (hidden !== undefined) {
    owners.push(`${ownerText(hidden)} at ${formatSocketAddress(hidden.address, port)}`);
  }
  const remedy = "narrow with --host or hit all of them with --all";
  return `${owners.length} processes listen there (${remedy}): ${owners.join("; ")}`;
}

function refused({ fault, port }: Situation, reason: RefusalReason, why: string): Resolution {
  const message = `Cannot ${fault} the listener of port ${port} as ${why}`;
  return { kind: "refused", reason, message };
}
