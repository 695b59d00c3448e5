import { expect } from "bun:test";
import { DfsError } from "../../src/base/errors.ts";
import { crashSignals } from "../../src/fault/crash-signals.ts";
import type { FaultEvent } from "../../src/fault/fault-event.ts";
import type { FaultOptions, FaultResult } from "../../src/fault/fault-request.ts";
import type { Launch, Launched } from "../../src/fault/launch.ts";
import type { Listener } from "../../src/fault/listener.ts";
import type { ProcessFacts, ProcessState } from "../../src/fault/process-facts.ts";
import { Roster } from "../../src/fault/roster.ts";
import type { Suspension, System } from "../../src/fault/system.ts";
import type { LedgerRecord } from "../../src/ledger/record.ts";
import { SimulatedWatchdog } from "./simulated-watchdog.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Where every simulated process listens. */
export const simulatedPort = 50051;

export interface SimulatedProcess {
  facts: ProcessFacts;
  /** How it takes a signal; default: at once. */
  onKill?: () => void;
  onSuspend?: () => void;
  onResume?: () => void;
}

const simulatedLaunch: Launch = {
  ...{ program: "/usr/bin/dfs", words: ["dfs", "serve"], directory: "/", environment: {} },
  ...{ stdout: undefined, stderr: undefined },
};

/** Late, missing and foreign effects, which real processes do not show at will. */
export class FaultSimulation {
  readonly clock = new VirtualClock();
  readonly events: FaultEvent[] = [];
  readonly records: LedgerRecord[] = [];
  readonly interrupt = new AbortController();
  readonly processes = new Map<number, SimulatedProcess>();
  listeners: Listener[] = [];
  /** Signals in the order they were sent. */
  readonly signals: string[] = [];
  system: System;
  /** By how much the machine has slept, which only the wall clock knows. */
  sleptUs = 0;
  /** Every watchdog that was started, the latest last. */
  readonly watchdogs: SimulatedWatchdog[] = [];
  /** What a watchdog is like that starts now. */
  onWatchdog: (watchdog: SimulatedWatchdog) => void = (watchdog) => watchdog.isReadyAfterMs(0);
  /** What a process that is launched does, and how it ends; default: it serves the port at once. */
  onLaunch: () => Partial<Launched> = () => {
    this.add(100);
    return {};
  };

  constructor(change: Partial<System> = {}) {
    this.system = { ...this.#system(), ...change };
  }

  /** A process that listens on the port, or on another one. */
  add(pid: number, change: Partial<ProcessFacts> = {}, port = simulatedPort): SimulatedProcess {
    const facts: ProcessFacts = {
      ...{ pid, parentPid: 1, name: "dfs", executable: "/usr/bin/dfs", commandLine: "dfs serve" },
      ...{ startedUs: 0, identity: `start of ${pid}`, uid: 1000, user: "anna" },
      ...{ state: "running", leadsForegroundJob: false },
      ...change,
    };
    const process: SimulatedProcess = { facts };
    this.processes.set(pid, process);
    this.listeners.push({
      protocol: "tcp",
      address: "127.0.0.1",
      port,
      pid,
      uid: 1000,
    });
    return process;
  }

  set(pid: number, state: ProcessState): void {
    const process = this.processes.get(pid);
    if (process !== undefined) process.facts = { ...process.facts, state };
    if (state !== "gone") return;
    this.processes.delete(pid);
    this.listeners = this.listeners.filter((listener) => listener.pid !== pid);
  }

  options(): FaultOptions {
    return {
      ...{ clock: this.clock, run: "r1", signal: this.interrupt.signal, system: this.system },
      ledger: { append: (record) => this.records.push(record) },
      notify: (event) => this.events.push(event),
      startWatchdog: (hear) => {
        const watchdog = new SimulatedWatchdog(this.clock, hear);
        this.watchdogs.push(watchdog);
        this.onWatchdog(watchdog);
        return watchdog;
      },
      roster: new Roster([]),
      wallUs: () => this.clock.nowUs() + this.sleptUs,
    };
  }

  /** Lets time pass until the fault has ended. */
  async run<T>(fault: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = fault.finally(() => {
      isSettled = true;
    });
    settled.catch(() => undefined);
    for (let step = 0; step < 1000 && !isSettled; step++) await this.clock.advanceMs(50);
    expect(isSettled).toBe(true);
    return settled;
  }

  async failure(fault: Promise<FaultResult>): Promise<DfsError> {
    const error = await this.run(fault).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof DfsError)) throw new Error(`It did not fail properly: ${String(error)}`);
    expect(error.code).toBe("fault");
    return error;
  }

  kinds(): string[] {
    return this.events.map((event) => (event.kind === "warned" ? event.reason : event.kind));
  }

  /** Records as `stall begin 7 @MS`, in milliseconds since the clock's start. */
  written(startUs: number): string[] {
    return this.records.map((record) =>
      record.kind === "fault"
        ? `${record.fault} ${record.phase} ${record.pid} @${(record.tUs - startUs) / 1000}`
        : record.kind,
    );
  }

  #stateOf({ pid, identity }: ProcessFacts): ProcessState {
    const now = this.processes.get(pid)?.facts;
    return now === undefined || now.identity !== identity ? "gone" : now.state;
  }

  #system(): System {
    const live = (pid: number) => this.processes.get(pid);
    return {
      ...{ reserved: new Map([[1, "init"]]), actsAtOnce: false, proofWithinMs: 2000 },
      ...{ pollEveryMs: 10, watchEveryMs: 100 },
      resumeByHand: (pid) => `kill -CONT ${pid}`,
      findListeners: async () => [...this.listeners],
      acceptsConnections: async () => false,
      inspect: async (pids) =>
        new Map(
          pids.flatMap((pid) => (live(pid) ? [[pid, live(pid)?.facts as ProcessFacts]] : [])),
        ),
      parentage: async () => (pid) => live(pid)?.facts,
      signals: crashSignals,
      dropsSignal: () => undefined,
      listensOn: async ({ pid }, port) =>
        this.listeners.some((listener) => listener.pid === pid && listener.port === port),
      cannotLaunch: undefined,
      launchOf: () => simulatedLaunch,
      prepareLaunch: () => ({
        start: () => {
          const child = { pid: 100, ended: () => undefined, kill: () => this.set(100, "gone") };
          this.signals.push("launch");
          return { ...child, ...this.onLaunch() };
        },
        [Symbol.dispose]: () => undefined,
      }),
      stateOf: async (target) => this.#stateOf(target),
      glance: async (target) => this.#stateOf(target),
      assertMaySignal: () => undefined,
      kill: ({ pid }, signal) => {
        this.signals.push(`${signal === "SIGKILL" ? "kill" : signal} ${pid}`);
        const onKill = live(pid)?.onKill ?? (() => this.set(pid, "gone"));
        onKill();
      },
      suspend: (target) => {
        const { pid } = target;
        this.signals.push(`suspend ${pid}`);
        const onSuspend = live(pid)?.onSuspend ?? (() => this.set(pid, "stopped"));
        onSuspend();
        return this.#claim(target);
      },
      claim: (target) => this.#claim(target),
    };
  }

  #claim(target: ProcessFacts): Suspension {
    const { pid } = target;
    const resume = () => {
      if (this.#stateOf(target) === "gone") return false;
      this.signals.push(`resume ${pid}`);
      const onResume = this.processes.get(pid)?.onResume ?? (() => this.set(pid, "running"));
      onResume();
      return true;
    };
    let wasThere: boolean | undefined;
    return {
      resume: () => {
        wasThere ??= resume();
        return wasThere;
      },
    };
  }
}
