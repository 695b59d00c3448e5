import type { Clock } from "../base/clock.ts";
import { crashSignals } from "./crash-signals.ts";
import { findListeners } from "./find-listeners.ts";
import { prepareLaunch } from "./launch.ts";
import { readLaunch } from "./launch-linux.ts";
import { remembering } from "./lineage.ts";
import { listenerSources, listensOn } from "./listeners-linux.ts";
import { assertOwnProc, firstProcess } from "./pid-namespace.ts";
import { acceptsConnections } from "./probe-port.ts";
import type { ProcessFacts } from "./process-facts.ts";
import { inspectProcesses, parentOf, stateOfProcess, whyDropped } from "./process-facts-linux.ts";
import { claimBySignal, sendSignal, suspendBySignal } from "./signals.ts";
import type { System } from "./system.ts";

export function linuxSystem(clock: Clock): System {
  assertOwnProc();
  return {
    reserved: new Map([[1, firstProcess()]]),
    pollEveryMs: 1,
    watchEveryMs: 100,
    proofWithinMs: 5000,
    actsAtOnce: false,
    resumeByHand: (pid) => `kill -CONT ${pid}`,
    findListeners: () => findListeners(listenerSources),
    acceptsConnections: (port, at) => acceptsConnections(port, clock, at),
    inspect: async (pids) => inspectProcesses(pids, clock),
    parentage: async () => remembering(parentOf),
    stateOf: async ({ pid, identity }) => stateOfProcess(pid, identity),
    glance: async ({ pid, identity }) => stateOfProcess(pid, identity),
    assertMaySignal: (target) => void sendSignal(target, 0),
    signals: crashSignals,
    kill: (target, signal) => void sendSignal(target, signal),
    listensOn: async ({ pid }, port) => listensOn(pid, port),
    dropsSignal: ({ pid }, signal) => whyDropped(pid, signal),
    cannotLaunch: undefined,
    launchOf: readLaunch,
    prepareLaunch,
    suspend: (target) => suspendBySignal(target, isSame),
    claim: (target) => claimBySignal(target, isSame),
  };
}

function isSame({ pid, identity }: ProcessFacts): boolean {
  return stateOfProcess(pid, identity) !== "gone";
}
