import { faultKinds } from "./fault-kinds.ts";
import { masterText, noticesOf, objectionTo } from "./guards.ts";
import { formatSocketAddress, servesAddress } from "./ip-address.ts";
import type { Listener } from "./listener.ts";
import { formatCommand, formatProcess } from "./process-facts.ts";
import { formatOwner } from "./signals.ts";
import type { RefusalReason, Resolution, Situation } from "./situation.ts";
import { isActivator } from "./socket-holders.ts";
import type { Target } from "./target.ts";

/** How many neighbours a refusal lists. */
const neighbourMaxCount = 4;

/** The processes that `situation` asks for, or why they must not be hit. */
export function resolveTargets(situation: Situation): Resolution {
  const matches = matchingListeners(situation);
  const hidden = matches.find((listener) => listener.pid === undefined);
  const targets = withoutActivators(targetsOf(matches, situation));
  if (targets.length === 0 && hidden === undefined) {
    return refused(situation, "nothing-listens", nothingListens(situation));
  }
  if (hidden !== undefined && (targets.length === 0 || situation.all)) {
    return refused(situation, "owner-not-visible", notVisible(hidden, situation));
  }
  const mayBeSeveral = situation.all && !faultKinds[situation.fault].onlyOne;
  if (targets.length + (hidden === undefined ? 0 : 1) > 1 && !mayBeSeveral) {
    return refused(situation, "several-owners", severalOwners(targets, hidden, situation));
  }
  const objection = objectionTo(targets, situation);
  if (objection !== undefined) {
    return { ...refused(situation, objection.reason, objection.why), targets };
  }
  return { kind: "targets", targets, notices: noticesOf(targets, ownersOf(situation), situation) };
}

/**
 * A service manager that has handed its port over keeps it open, but is not who serves it: it is no
 * target as long as another process is.
 */
function withoutActivators(owners: readonly Target[]): readonly Target[] {
  const servers = owners.filter(({ process }) => !isActivator(process));
  return servers.length > 0 ? servers : owners;
}

/** All visible owners of the port, whatever narrows the choice. */
function ownersOf(situation: Situation): readonly Target[] {
  const unnarrowed = { ...situation, addresses: undefined, pid: undefined };
  return targetsOf(matchingListeners(unnarrowed), situation);
}

/**
 * The processes whose facts a decision about `situation` needs: the owners of the port, else the
 * neighbours' owners.
 */
export function relevantPids(situation: Omit<Situation, "processes">): readonly number[] {
  const { port, listeners } = situation;
  if (pidsOf(matchingListeners(situation)).length > 0) {
    return pidsOf(listeners.filter((listener) => listener.port === port));
  }
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
  situation: Situation,
): string {
  const { port, fault } = situation;
  const owners = targets.map(({ process, addresses }) => {
    const at = addresses.map((address) => formatSocketAddress(address, port)).join(" and ");
    const role = masterText({ process, addresses }, targets, situation);
    return `${formatProcess(process)}${role} at ${at}, started as: ${formatCommand(process)}`;
  });
  if (hidden !== undefined) {
    owners.push(`${ownerText(hidden)} at ${formatSocketAddress(hidden.address, port)}`);
  }
  const all = faultKinds[fault].onlyOne ? "" : " or hit all of them with --all";
  const remedy = `narrow with --host or --pid${all}`;
  return `${owners.length} processes listen there (${remedy}): ${owners.join("; ")}`;
}

function refused({ fault, port }: Situation, reason: RefusalReason, why: string): Resolution {
  const message = `Cannot ${fault} the listener of port ${port} as ${why}`;
  return { kind: "refused", reason, message };
}
