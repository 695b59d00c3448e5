import type { CrashSignal } from "./crash-signals.ts";
import type { Launch, PreparedLaunch } from "./launch.ts";
import type { ParentOf } from "./lineage.ts";
import type { Listener } from "./listener.ts";
import type { ProcessFacts, ProcessState } from "./process-facts.ts";

/** What faults need of an operating system; the rest of this room is the same on all of them. */
export interface System {
  /** Pids that no fault ever touches, with what they are. */
  readonly reserved: ReadonlyMap<number, string>;
  /**
   * How often to look whether an effect has come about, and whether a stalled target still lives.
   */
  readonly pollEveryMs: number;
  readonly watchEveryMs: number;
  /** How long an effect may take before it counts as not proved. */
  readonly proofWithinMs: number;
  /**
   * suspend() and resume() have worked when they return, by the kernel's own word; the proof
   * confirms it, and the instant of the effect is that of the call. Else it is the instant the new
   * state was seen.
   */
  readonly actsAtOnce: boolean;
  /** How a person resumes what we suspended, should we be killed. */
  resumeByHand(pid: number): string;
  findListeners(): Promise<readonly Listener[]>;
  /**
   * Whether the port takes connections, be its listener in findListeners() or hidden, at one of
   * these addresses of listeners; default: on the loopback.
   */
  acceptsConnections(port: number, addresses?: readonly string[]): Promise<boolean>;
  /** Facts of those of `pids` that live; a zombie does not. */
  inspect(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessFacts>>;
  /** Whose child is whose, as of now. */
  parentage(): Promise<ParentOf>;
  stateOf(process: ProcessFacts): Promise<ProcessState>;
  /** stateOf() where that is cheap; else `gone` or, of a live process, undefined: not known. */
  glance(process: ProcessFacts): Promise<ProcessState | undefined>;
  /** Throws a `fault` error when this user may not signal the process. */
  assertMaySignal(process: ProcessFacts): void;
  /** Signals it can send. */
  readonly signals: readonly CrashSignal[];
  kill(process: ProcessFacts, signal: CrashSignal): void;
  /** Why that signal cannot have any effect on the process; undefined: it may have one. */
  dropsSignal(process: ProcessFacts, signal: CrashSignal): string | undefined;
  /** Whether the process itself still listens on the port. */
  listensOn(process: ProcessFacts, port: number): Promise<boolean>;
  /** Why nothing can be started again here, whatever it is; undefined: it can. */
  readonly cannotLaunch: string | undefined;
  /** How the process was started; a `fault` error where that cannot be read, or done again. */
  launchOf(process: ProcessFacts): Launch;
  /** Output that has no file will go to `spare`; a `fault` error when it could not be started. */
  prepareLaunch(launch: Launch, spare: string): PreparedLaunch;
  suspend(process: ProcessFacts): Suspension;
  /**
   * What resumes a process that somebody else suspends, now or later; does nothing to it yet.
   * Throws a `fault` error when this user may not resume it.
   */
  claim(process: ProcessFacts): Suspension;
}

/** A process that is suspended, or is going to be. */
export interface Suspension {
  /**
   * Resumes it, once, if it is still the same process; synchronous, so that it works while we exit.
   * False when the process was gone; further calls repeat the first one's answer.
   */
  resume(): boolean;
}
