import { faultKinds } from "./fault-kinds.ts";
import { formatSocketAddress } from "./ip-address.ts";
import { lineageOf } from "./lineage.ts";
import type { Listener } from "./listener.ts";
import { formatCommand, formatProcess, type ProcessFacts } from "./process-facts.ts";
import type { Notice, RefusalReason, Situation } from "./situation.ts";
import { isActivator, isNamed, relayText } from "./socket-holders.ts";
import type { Target } from "./target.ts";

export interface Objection {
  readonly reason: RefusalReason;
  /** Goes on after "as". */
  readonly why: string;
}

/** How many children an objection lists. */
const childMaxCount = 4;
const byForce = "--force hits it all the same";

/** Why none of `targets` may be hit: the first reason against any of them. */
export function objectionTo(
  targets: readonly Target[],
  situation: Situation,
): Objection | undefined {
  for (const { process } of targets) {
    const objection =
      protection(process, situation) ??
      unexpected(process, situation) ??
      (situation.force ? undefined : notTheServer(process)) ??
      (situation.force ? undefined : parentOfListeners(process, targets, situation)) ??
      suspended(process, situation);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

/** What is worth knowing before `targets` are hit; `owners` are all visible ones of the port. */
export function noticesOf(
  targets: readonly Target[],
  owners: readonly Target[],
  situation: Situation,
): Notice[] {
  const notices: Notice[] = [];
  const hit = new Set(targets.map(({ process }) => process.pid));
  const others = owners.filter(({ process }) => !hit.has(process.pid));
  if (others.length > 0) {
    const names = others.map(({ process }) => formatProcess(process)).join(", ");
    const message = `Port ${situation.port} stays open whatever happens to its target: ${names}`;
    notices.push({ reason: "port-shared", message: `${message} listens there too` });
  }
  for (const { process } of targets) {
    const what = formatProcess(process);
    if (process.isActivated === true) {
      const unit = process.unit === undefined ? "" : ` (${process.unit})`;
      const message = `${what}${unit} was handed its port by a service manager, which keeps it open`;
      notices.push({ reason: "socket-activated", message });
    } else if (process.unit !== undefined && process.parentPid === 1) {
      const message = `${what} is ${process.unit} of systemd, which may start it again by itself`;
      notices.push({ reason: "service-unit", message });
    }
    if (process.leadsNamespace === true) {
      const message = `${what} is the first process of a container`;
      const end = "if it ends, all others of that container are killed";
      notices.push({ reason: "leads-namespace", message: `${message}: ${end}` });
    }
    if (!situation.force) continue;
    const forced = notTheServer(process) ?? parentOfListeners(process, targets, situation);
    if (forced !== undefined)
      notices.push({ reason: "forced", message: `By force: ${forced.why}` });
  }
  return notices;
}

/** ` (the parent of pid 11, 12)`, of other owners of the same port: a pre-fork master. */
export function masterText(
  { process }: Target,
  owners: readonly Target[],
  { parentOf }: Situation,
): string {
  const children = owners.filter(
    (owner) => owner.process !== process && isBelow(owner.process.pid, process.pid, parentOf),
  );
  if (children.length === 0) return "";
  return ` (the parent of pid ${children.map((child) => child.process.pid).join(", ")})`;
}

function protection(target: ProcessFacts, situation: Situation): Objection | undefined {
  const what = situation.reserved.get(target.pid);
  const holder = isActivator(target) ? `; ${activatorText(target)}` : "";
  const why = (text: string) => ({ reason: "protected", why: text }) as const;
  if (target.pid <= 0) return why(`pid ${target.pid} is no process`);
  if (what !== undefined) return why(`pid ${target.pid} is ${what}${holder}`);
  if (target.pid === situation.ownPid) return why(`${formatProcess(target)} is this very process`);
  if (!situation.lineage.has(target.pid)) return undefined;
  return why(`${formatProcess(target)} is an ancestor of dfs`);
}

function unexpected(target: ProcessFacts, { expect }: Situation): Objection | undefined {
  if (expect === undefined || isNamed(target, expect)) return undefined;
  const program = target.executable === "" ? "" : `, program ${target.executable}`;
  const why =
    `its owner is not "${expect}" but ${formatProcess(target)}${program}, ` +
    `command: ${formatCommand(target)}`;
  return { reason: "unexpected", why };
}

function notTheServer(target: ProcessFacts): Objection | undefined {
  const text = relayText(target) ?? (isActivator(target) ? activatorText(target) : undefined);
  if (text === undefined) return undefined;
  const why = `${formatProcess(target)} is not the server: ${text}; ${byForce}`;
  return { reason: "not-the-server", why };
}

function activatorText(target: ProcessFacts): string {
  const sockets =
    target.name === "systemd" ? " (systemctl list-sockets names its unit)" : " for a service";
  return `it holds the port open${sockets} and starts the server when somebody connects`;
}

/** A supervisor or pre-fork master: whatever happens to it happens to more than one server. */
function parentOfListeners(
  target: ProcessFacts,
  targets: readonly Target[],
  situation: Situation,
): Objection | undefined {
  const { listeners, parentOf, port } = situation;
  const pids = new Set(targets.map(({ process }) => process.pid));
  const children = listeners.filter(
    ({ pid }) => pid !== undefined && !pids.has(pid) && isBelow(pid, target.pid, parentOf),
  );
  if (children.length === 0) return undefined;
  const isMaster = children.some((child) => child.port === port);
  const what = isMaster
    ? `the master of a pre-fork server, whose workers share port ${port}`
    : "the supervisor of other listeners, which may fall with it or be started again by it";
  const remedy = isMaster ? `--all hits them together, ${byForce}` : byForce;
  const why = `${formatProcess(target)} is ${what}: ${listChildren(children)}; ${remedy}`;
  return { reason: "parent-of-listeners", why };
}

function listChildren(children: readonly Listener[]): string {
  const texts = children.map(
    ({ pid, address, port }) => `pid ${pid} at ${formatSocketAddress(address, port)}`,
  );
  const shown = [...new Set(texts)].slice(0, childMaxCount);
  const more = new Set(texts).size - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function isBelow(pid: number, ancestor: number, parentOf: Situation["parentOf"]): boolean {
  return pid !== ancestor && lineageOf(pid, parentOf).has(ancestor);
}

function suspended(target: ProcessFacts, { fault }: Situation): Objection | undefined {
  if (!faultKinds[fault].needsRunning || target.state !== "stopped") return undefined;
  const why = `${formatProcess(target)} is suspended already: its resumption is not ours to decide`;
  return { reason: "already-stopped", why };
}
