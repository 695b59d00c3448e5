import type { Clock } from "../base/clock.ts";
import { findListeners } from "./find-listeners.ts";
import { lineageOf } from "./lineage.ts";
import { listenerSources } from "./listeners-linux.ts";
import { acceptsConnections } from "./probe-port.ts";
import type { ProcessFacts } from "./process-facts.ts";
import { inspectProcesses, parentOf, stateOfProcess } from "./process-facts-linux.ts";
import { claimBySignal, sendSignal, suspendBySignal } from "./signals.ts";
import type { System } from "./system.ts";

export function linuxSystem(clock: Clock): System {
  return {
    reserved: new Map([[1, "the first process of this system or container"]]),
    pollEveryMs: 1,
    watchEveryMs: 100,
    proofWithinMs: 5000,
    actsAtOnce: false,
    resumeByHand: (pid) => `kill -CONT ${pid}`,
    findListeners: () => findListeners(listenerSources),
    acceptsConnections: (port) => acceptsConnections(port, clock),
    inspect: async (pids) => inspectProcesses(pids, clock),
    lineage: async () => lineageOf(process.pid, parentOf),
    stateOf: async ({ pid, identity }) => stateOfProcess(pid, identity),
    glance: async ({ pid, identity }) => stateOfProcess(pid, identity),
    assertMaySignal: (target) => void sendSignal(target, 0),
    kill: (target) => void sendSignal(target, "SIGKILL"),
    suspend: (target) => suspendBySignal(target, isSame),
    claim: (target) => claimBySignal(target, isSame),
  };
}

function isSame({ pid, identity }: ProcessFacts): boolean {
  return stateOfProcess(pid, identity) !== "gone";
}
