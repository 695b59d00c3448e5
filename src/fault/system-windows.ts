import type { Clock } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { findListeners, listensByList } from "./find-listeners.ts";
import { prepareLaunch } from "./launch.ts";
import { listenerSources } from "./listeners-windows.ts";
import { acceptsConnections } from "./probe-port.ts";
import type { ProcessFacts, ProcessState } from "./process-facts.ts";
import { findParents, inspectProcesses } from "./process-facts-windows.ts";
import { livesByHandle, terminateByHandle } from "./process-handle-windows.ts";
import { sendSignal } from "./signals.ts";
import { claimByHandle, suspendByHandle } from "./suspension-windows.ts";
import type { System } from "./system.ts";

const cannotLaunch =
  "Windows does not show how other processes were started, and has no sh for a --command";

/** Every look at threads is a PowerShell of a second or so, hence the wide bounds. */
export function windowsSystem(clock: Clock): System {
  return {
    reserved: new Map([
      [4, "the Windows kernel, which serves ports for others too (netsh http show servicestate)"],
    ]),
    pollEveryMs: 20,
    watchEveryMs: 500,
    proofWithinMs: 20_000,
    actsAtOnce: true,
    resumeByHand: (pid) => `Process Explorer, or end it with taskkill /F /PID ${pid}`,
    findListeners: () => findListeners(listenerSources),
    acceptsConnections: (port, at) => acceptsConnections(port, clock, at),
    inspect: inspectProcesses,
    parentage: findParents,
    stateOf,
    glance: async (target) => (livesByHandle(target) ? undefined : "gone"),
    assertMaySignal: (target) => void sendSignal(target, 0),
    // TerminateProcess: Windows has no signals, and runs no handler of the process for this one.
    signals: ["SIGKILL"],
    kill: terminateByHandle,
    listensOn: listensByList(() => findListeners(listenerSources)),
    dropsSignal: () => undefined,
    cannotLaunch,
    launchOf: () => {
      throw new DfsError("fault", `Cannot restart a process as ${cannotLaunch}`);
    },
    prepareLaunch,
    suspend: suspendByHandle,
    claim: claimByHandle,
  };
}

async function stateOf(target: ProcessFacts): Promise<ProcessState> {
  if (!livesByHandle(target)) return "gone";
  const now = (await inspectProcesses([target.pid])).get(target.pid);
  return now === undefined || now.identity !== target.identity ? "gone" : now.state;
}
