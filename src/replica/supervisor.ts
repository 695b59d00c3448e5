import { type CancelTimer, type Clock, sleep, systemClock } from "../base/clock.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import { describeEnd, type ProcessEnd } from "./process-end.ts";
import { ReplicaProcess } from "./replica-process.ts";
import { decideRestart, type RestartMode } from "./restart-policy.ts";

export interface SupervisorOptions {
  readonly host: string;
  /** One replica is started on each. */
  readonly ports: readonly number[];
  /** Who supervises, such as `supervisor` or `demo`: stands in the replicas' ledgers. */
  readonly by: string;
  /** The run that RestartRecords belong to. */
  readonly run: string;
  readonly restart: RestartMode;
  readonly restartDelayMs: number;
  /** How long a replica asked to drain may take to finish what is in flight. */
  readonly graceMs: number;
  /** The working directory of the replicas, which their ledgers' relative paths start from. */
  readonly cwd: string;
  /** The replica's ledger as its process is told; undefined: none. */
  readonly logfileOf: (port: number) => string | undefined;
  /**
   * Where the RestartRecord of a port goes. The replica appends to its own ledger all the while.
   */
  readonly ledgerOf?: (port: number) => LedgerSink | undefined;
  /** The flags that say which graph they serve; none: the default one. */
  readonly graphArguments?: readonly string[];
  /** Further flags of the replica on a port. */
  readonly otherArguments?: (port: number) => readonly string[];
  readonly onEvent: (event: SupervisorEvent) => void;
  readonly clock?: Clock;
}

export type SupervisorEvent =
  /** It loads its graph, which may take a while. */
  | (OfReplica & { readonly kind: "loading"; readonly graph: string })
  /** It serves; `after` says how its predecessor ended when it is a restart. */
  | (OfReplica & {
      readonly kind: "started";
      readonly pid: number;
      readonly graph: string;
      readonly after?: string;
    })
  /** A line it wrote to stdout or stderr. */
  | (OfReplica & { readonly kind: "output"; readonly line: string })
  | (OfReplica & {
      readonly kind: "exited";
      readonly pid: number | undefined;
      readonly end: ProcessEnd;
    })
  | (OfReplica & { readonly kind: "restarting"; readonly delayMs: number });

interface OfReplica {
  readonly endpoint: Endpoint;
  readonly port: number;
}

/** A replica as it is at the moment. */
export interface SupervisedReplica {
  readonly endpoint: Endpoint;
  readonly port: number;
  /** Of its process, serving or not; undefined while there is none. */
  readonly pid: number | undefined;
}

export interface Supervisor {
  readonly replicas: readonly SupervisedReplica[];
  /** Resolves when every replica has ended and none will be restarted. */
  readonly allEnded: Promise<void>;
  /** How the replicas ended last, by port; without those that still run. */
  readonly ends: ReadonlyMap<number, ProcessEnd>;
  /**
   * Asks every replica to drain, kills what is left after the grace, and resolves when all are
   * gone: after the grace and a few seconds at the latest. A second call changes nothing.
   */
  stop(): Promise<void>;
}

/**
 * Starts the replicas, each in a process of its own, and resolves when all serve; restarts them as
 * asked until stop(). Throws `cannot-run` with the first one's own words, after ending the rest,
 * when one does not come up. However this process ends, the end of file on their stdin makes them
 * drain.
 */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const clock = options.clock ?? systemClock;
  const ends = new Map<number, ProcessEnd>();
  const slots = options.ports.map((port) => new Slot(port, options, clock, ends));
  const stop = once(async () => {
    await Promise.all(slots.map((slot) => slot.stop()));
  });
  const failures = await Promise.all(slots.map((slot) => slot.start()));
  const failure = failures.find((candidate) => candidate !== undefined);
  if (failure !== undefined) {
    await stop();
    throw new DfsError("cannot-run", failure);
  }
  for (const slot of slots) slot.watch();
  const allEnded = Promise.all(slots.map((slot) => slot.ended)).then(() => undefined);
  return { replicas: slots, allEnded, ends, stop };
}

/**
 * After the grace a replica still has to close up; what is left then is killed, and bound to be
 * gone.
 */
const closingUpMs = 2000;
const killedWithinMs = 5000;

/** One port and the processes that serve it one after the other. */
class Slot implements SupervisedReplica {
  readonly port: number;
  readonly endpoint: Endpoint;
  /** Resolves when its process has ended for good. */
  readonly ended: Promise<void>;
  readonly #options: SupervisorOptions;
  readonly #clock: Clock;
  readonly #ends: Map<number, ProcessEnd>;
  readonly #resolveEnded: () => void;
  #process: ReplicaProcess | undefined;
  #cancelRestart: CancelTimer | undefined;
  #crashCount = 0;
  #isStopping = false;

  constructor(
    port: number,
    options: SupervisorOptions,
    clock: Clock,
    ends: Map<number, ProcessEnd>,
  ) {
    this.port = port;
    this.endpoint = { host: options.host, port };
    this.#options = options;
    this.#clock = clock;
    this.#ends = ends;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#resolveEnded = resolve;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** The first start: resolves to nothing when it serves, to the reason when it does not. */
  async start(): Promise<string | undefined> {
    const held: string[] = [];
    let hold = true;
    const process = this.#launch((line) => (hold ? held.push(line) : this.#output(line)));
    const ready = await process.ready;
    hold = false;
    if (ready === undefined) return this.#startFailure(process);
    for (const line of held) this.#output(line);
    this.#emitStarted(ready);
    return undefined;
  }

  /** From now on the end of its process is reported, and made good as asked. */
  watch(): void {
    const process = this.#process;
    if (process !== undefined) this.#watchProcess(process);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#cancelRestart?.();
    const process = this.#process;
    if (process === undefined) {
      this.#resolveEnded();
      return;
    }
    process.askToDrain();
    const ended = process.ended.then(() => true);
    const graceMs = this.#options.graceMs + closingUpMs;
    if (await this.#within(ended, graceMs)) return;
    process.kill();
    await this.#within(ended, killedWithinMs);
  }

  async #within(ended: Promise<boolean>, limitMs: number): Promise<boolean> {
    const abort = new AbortController();
    const late = sleep(this.#clock, limitMs, abort.signal).then(() => false);
    const isEnded = await Promise.race([ended, late]);
    abort.abort();
    return isEnded;
  }

  #launch(onOutput: (line: string) => void): ReplicaProcess {
    const { host, by, graceMs, cwd, logfileOf, graphArguments = [] } = this.#options;
    const { port } = this;
    const logfile = logfileOf(port);
    const otherArguments = this.#options.otherArguments?.(port) ?? [];
    const launched = new ReplicaProcess(
      { host, port, logfile, graceMs, graphArguments, otherArguments, supervisedBy: by },
      {
        clock: this.#clock,
        cwd,
        onOutput,
        onLoading: ({ graph }) => this.#emit({ kind: "loading", graph }),
      },
    );
    this.#process = launched;
    return launched;
  }

  #watchProcess(process: ReplicaProcess): void {
    process.ended.then((end) => this.#onEnd(process, end));
  }

  #onEnd(process: ReplicaProcess, end: ProcessEnd): void {
    this.#process = undefined;
    this.#ends.set(this.port, end);
    this.#emit({ kind: "exited", pid: process.pid, end });
    const decision = decideRestart({
      mode: this.#isStopping ? "never" : this.#options.restart,
      delayMs: this.#options.restartDelayMs,
      end,
      ranMs: (this.#clock.nowUs() - process.startedUs) / 1000,
      earlierCrashCount: this.#crashCount,
    });
    if (!decision.restart) {
      this.#resolveEnded();
      return;
    }
    this.#crashCount = decision.crashCount;
    this.#emit({ kind: "restarting", delayMs: decision.delayMs });
    this.#cancelRestart = this.#clock.after(decision.delayMs, () => this.#restart(end));
  }

  async #restart(predecessor: ProcessEnd): Promise<void> {
    if (this.#isStopping) return;
    const process = this.#launch((line) => this.#output(line));
    this.#watchProcess(process);
    const ready = await process.ready;
    if (ready === undefined) return;
    this.#ends.delete(this.port);
    const after = describeEnd(predecessor);
    this.#options.ledgerOf?.(this.port)?.append({
      kind: "restart",
      tUs: this.#clock.nowUs(),
      run: this.#options.run,
      endpoint: formatEndpoint(this.endpoint),
      by: this.#options.by,
      pid: ready.pid,
      after,
    });
    this.#emitStarted(ready, after);
  }

  async #startFailure(process: ReplicaProcess): Promise<string> {
    const end = await process.ended;
    // The notice may lie in the pipe still when the end is known.
    await this.#within(
      process.outputEnded.then(() => true),
      closingUpMs,
    );
    const said = process.lastNotice.replace(/^\W*(\[?error\]?)\W+/i, "");
    const endpoint = formatEndpoint(this.endpoint);
    return said === "" ? `Replica ${endpoint} did not start: ${describeEnd(end)}` : said;
  }

  #emitStarted(ready: { pid: number; graph: string }, after?: string): void {
    const { pid, graph } = ready;
    this.#emit({ kind: "started", pid, graph, ...(after === undefined ? {} : { after }) });
  }

  #output(line: string): void {
    this.#emit({ kind: "output", line });
  }

  #emit(event: EventOfOne): void {
    this.#options.onEvent({ ...event, endpoint: this.endpoint, port: this.port });
  }
}

type WithoutReplica<E> = E extends OfReplica ? Omit<E, keyof OfReplica> : never;
type EventOfOne = WithoutReplica<SupervisorEvent>;

function once(action: () => Promise<void>): () => Promise<void> {
  let started: Promise<void> | undefined;
  return () => {
    started ??= action();
    return started;
  };
}
