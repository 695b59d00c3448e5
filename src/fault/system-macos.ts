import type { Clock } from "../base/clock.ts";
import { crashSignals } from "./crash-signals.ts";
import { findListeners, listensByList } from "./find-listeners.ts";
import { cannotRelaunch, prepareLaunch } from "./launch.ts";
import { listenerSources } from "./listeners-macos.ts";
import { acceptsConnections } from "./probe-port.ts";
import type { ProcessFacts, ProcessState } from "./process-facts.ts";
import { findParents, inspectProcesses } from "./process-facts-macos.ts";
import { parsePs, psColumns, psEnvironment } from "./ps.ts";
import { claimBySignal, sendSignal, suspendBySignal } from "./signals.ts";
import type { System } from "./system.ts";

export function macosSystem(clock: Clock): System {
  return {
    reserved: new Map([[1, "launchd"]]),
    pollEveryMs: 20,
    watchEveryMs: 500,
    proofWithinMs: 5000,
    actsAtOnce: false,
    resumeByHand: (pid) => `kill -CONT ${pid}`,
    findListeners: () => findListeners(listenerSources),
    acceptsConnections: (port, at) => acceptsConnections(port, clock, at),
    inspect: inspectProcesses,
    parentage: findParents,
    stateOf,
    glance: stateOf,
    assertMaySignal: (target) => void sendSignal(target, 0),
    signals: crashSignals,
    kill: (target, signal) => void sendSignal(target, signal),
    listensOn: listensByList(() => findListeners(listenerSources)),
    dropsSignal: () => undefined,
    cannotLaunch: undefined,
    launchOf: (target) => {
      throw cannotRelaunch(target, "macOS does not show how other processes were started");
    },
    prepareLaunch,
    suspend: (target) => suspendBySignal(target, isSame),
    claim: (target) => claimBySignal(target, isSame),
  };
}

async function stateOf(target: ProcessFacts): Promise<ProcessState> {
  const now = (await inspectProcesses([target.pid])).get(target.pid);
  return now === undefined || now.identity !== target.identity ? "gone" : now.state;
}

/**
 * Where ps fails the answer is yes: a needless SIGCONT harms nobody, a process left suspended does.
 */
function isSame(target: ProcessFacts): boolean {
  const ps = ["/bin/ps", "-ww", "-p", String(target.pid), ...psColumns];
  const result = Bun.spawnSync(ps, { env: psEnvironment, timeout: 2000 });
  if (result.exitCode === null || result.exitCode > 1) return true;
  return parsePs(result.stdout.toString(), new Map()).some(
    (now) => now.identity === target.identity,
  );
}
