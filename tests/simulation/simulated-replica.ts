import type { Random } from "../../src/base/random.ts";
import type { UnaryResult } from "../../src/rpc/channel.ts";
import { CallQueue } from "./call-queue.ts";
import { drawSpanMs, type SpanModel } from "./draws.ts";
import type { SimulatedCall } from "./simulated-call.ts";
import type { SimulatedClock, SimulatedTimer } from "./simulated-clock.ts";
import { type ClientEnd, SimulatedConnection, type SimulatedLink } from "./simulated-connection.ts";
import type { ServedStream } from "./simulated-stream.ts";

export interface ReplicaModel {
  /** Time one call takes of one worker. */
  readonly service: SpanModel;
  /** Calls served at once; the others queue, first come first served. */
  readonly parallelism: number;
  /** One way between the clients and this replica. */
  readonly networkDelay: SpanModel;
  /** A probe queues behind the calls, as on a server of one thread, or is answered at once. */
  readonly queuesProbes: boolean;
  /** A queued call whose cancellation has arrived is not executed any more. */
  readonly honoursCancel: boolean;
}

/** What the application answers instead of OK. */
export interface ApplicationFault {
  readonly result: UnaryResult;
  /** Share of the calls that are answered so. */
  readonly share: number;
  /** Whether it strikes before the call is executed, as an interceptor would, probes included. */
  readonly isBeforeExecution: boolean;
}

export interface ReplicaOptions {
  readonly clock: SimulatedClock;
  readonly random: Random;
  /** Told of each call at the instant its execution begins. */
  readonly onExecute?: (call: SimulatedCall) => void;
}

/** A call that a worker is busy with. */
interface Job {
  readonly call: SimulatedCall;
  remainingMs: number;
  timer: SimulatedTimer | undefined;
}

/** What one step of a stream takes, as a share of a call's time. */
const stepShare = 0.25;

const response = new Uint8Array([1]);
const answered: UnaryResult = { status: "OK", detail: "", response, mayHaveExecuted: true };
const unimplemented: UnaryResult = {
  status: "UNIMPLEMENTED",
  detail: "The server does not implement the method",
  mayHaveExecuted: true,
};
/** A server process with its port: a queue, some workers, and all that can befall it. */
export class SimulatedReplica {
  readonly link: SimulatedLink;
  /** Multiplies every service time drawn from now on. */
  slowdown = 1;
  applicationFault: ApplicationFault | undefined;
  /** So many of the next answers are lost: the connection breaks instead. */
  answersToLose = 0;
  executedCount = 0;
  readonly #model: ReplicaModel;
  readonly #options: ReplicaOptions;
  readonly #clock: SimulatedClock;
  readonly #connections = new Set<SimulatedConnection>();
  readonly #queue = new CallQueue();
  readonly #jobs = new Set<Job>();
  /** Streams that have begun and not ended. */
  readonly #streams = new Set<SimulatedCall>();
  /** What has reached the suspended process and waits to be read. */
  #unread: (() => void)[] = [];
  /** Greetings that the mute process owes. */
  #unspoken: (() => void)[] = [];
  #isAlive = true;
  #isSuspended = false;
  #isMute = false;
  #isDraining = false;

  constructor(model: ReplicaModel, options: ReplicaOptions) {
    this.#model = model;
    this.#options = options;
    this.#clock = options.clock;
    this.link = { delay: model.networkDelay, answerDelayMs: 0, isCut: false, held: [] };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isSuspended(): boolean {
    return this.#isSuspended;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get queueLength(): number {
    return this.#queue.length;
  }

  get busyCount(): number {
    return this.#jobs.size;
  }

  /** The client dials; its end is told of what comes of it. */
  connect(client: ClientEnd): SimulatedConnection {
    const { random } = this.#options;
    const connection = new SimulatedConnection(
      { clock: this.#clock, random, link: this.link },
      client,
    );
    connection.toServer(() => this.#accept(connection));
    return connection;
  }

  /** A call leaves the client. */
  send(connection: SimulatedConnection, call: SimulatedCall): void {
    call.connection = connection;
    call.sentUs = this.#clock.nowUs();
    connection.toServer(() => this.#read(() => this.#receive(connection, call)));
  }

  /** The client has lost interest in a call. */
  sendCancel(connection: SimulatedConnection, call: SimulatedCall): void {
    connection.toServer(() =>
      this.#read(() => {
        call.isCancelled = true;
        if (call.served?.isParked && this.#streams.has(call)) this.#leave(call);
      }),
    );
  }

  /** The client has taken a message of a stream. */
  sendCredit(connection: SimulatedConnection, call: SimulatedCall): void {
    connection.toServer(() =>
      this.#read(() => {
        const { served } = call;
        if (served === undefined || !this.#streams.has(call)) return;
        served.allow(this.#clock.nowUs());
        if (!served.isParked) return;
        served.isParked = false;
        this.#queue.push(call);
        this.#startNext();
      }),
    );
  }

  /** Streams it works on, or would, if their clients took more. */
  get openStreamCount(): number {
    const isWanted = ({ isCancelled, connection, deadlineUs }: SimulatedCall) =>
      !isCancelled &&
      !connection?.isClosed &&
      !connection?.isHalfOpen &&
      deadlineUs > this.#clock.nowUs();
    return [...this.#streams].filter(isWanted).length;
  }

  /** The client closes its end. */
  hangUp(connection: SimulatedConnection): void {
    connection.isAbandoned = true;
    connection.toServer(() => {
      connection.isClosed = true;
      this.#connections.delete(connection);
    });
  }

  /** SIGKILL: the kernel closes every connection at once, and the port refuses. */
  crash(): void {
    this.#isAlive = false;
    this.#isSuspended = false;
    this.#isMute = false;
    this.#isDraining = false;
    this.#unread = [];
    this.#unspoken = [];
    for (let call = this.#queue.shift(); call; call = this.#queue.shift()) this.#leave(call);
    for (const job of this.#jobs) {
      if (job.timer !== undefined) this.#clock.cancel(job.timer);
      this.#leave(job.call);
    }
    this.#jobs.clear();
    for (const call of [...this.#streams]) this.#leave(call);
    for (const connection of this.#connections) connection.closeAtServer("connection reset");
    this.#connections.clear();
  }

  /** A new process listens; a mute one accepts connections and says nothing until speak(). */
  start(isMute = false): void {
    this.#isAlive = true;
    this.#isMute = isMute;
  }

  speak(): void {
    this.#isMute = false;
    const unspoken = this.#unspoken;
    this.#unspoken = [];
    for (const greet of unspoken) greet();
  }

  /** SIGSTOP: the kernel goes on accepting for it, nothing is read, no work proceeds. */
  suspend(): void {
    if (!this.#isAlive || this.#isSuspended) return;
    this.#isSuspended = true;
    for (const job of this.#jobs) {
      if (job.timer === undefined) continue;
      job.remainingMs = (job.timer.atUs - this.#clock.nowUs()) / 1000;
      this.#clock.cancel(job.timer);
      job.timer = undefined;
    }
  }

  /** SIGCONT: it first reads what has piled up. */
  resume(): void {
    if (!this.#isSuspended) return;
    this.#isSuspended = false;
    for (const job of this.#jobs) this.#run(job);
    const unread = this.#unread;
    this.#unread = [];
    for (const action of unread) action();
  }

  /** SIGTERM: GOAWAY on every connection, the port refuses, calls that are here finish. */
  drain(): void {
    if (!this.#isAlive || this.#isDraining) return;
    this.#isDraining = true;
    const saidUs = this.#clock.nowUs();
    for (const connection of [...this.#connections]) {
      connection.isDraining = true;
      connection.toClient(() => connection.client.onGoAway(saidUs));
      this.#closeWhenDrained(connection);
    }
  }

  /** From now on every packet of the connections of this instant vanishes. */
  halfOpen(): void {
    for (const connection of this.#connections) connection.isHalfOpen = true;
  }

  /** Heals or cuts the network between the clients and this replica. */
  setCut(isCut: boolean): void {
    this.link.isCut = isCut;
    if (isCut) return;
    for (const deliver of this.link.held.splice(0)) deliver();
  }

  #accept(connection: SimulatedConnection): void {
    if (!this.#isAlive || this.#isDraining) {
      connection.closeAtServer("connection refused");
      return;
    }
    this.#connections.add(connection);
    this.#read(() => {
      const greet = () => connection.toClient(() => connection.client.onReady());
      if (this.#isMute) this.#unspoken.push(greet);
      else greet();
    });
  }

  /** The process does something about what has arrived, as soon as it runs. */
  #read(action: () => void): void {
    if (this.#isSuspended) this.#unread.push(action);
    else action();
  }

  #receive(connection: SimulatedConnection, call: SimulatedCall): void {
    // Its GOAWAY tells the client of those it will not look at.
    if (connection.isClosed || connection.isDraining) return;
    call.arrivedUs = this.#clock.nowUs();
    connection.openCount++;
    if (this.applicationFault?.isBeforeExecution && this.#strikes()) {
      this.#answer(call, this.applicationFault.result);
    } else if (call.isProbe && !this.#model.queuesProbes) {
      this.#answer(call, unimplemented);
    } else {
      if (call.served !== undefined) this.#greet(connection, call, call.served);
      this.#queue.push(call);
      this.#startNext();
    }
  }

  #greet(connection: SimulatedConnection, call: SimulatedCall, served: ServedStream): void {
    this.#streams.add(call);
    served.begin(this.#clock.nowUs());
    connection.toClient(() => call.onMessage(served.greeting));
  }

  #strikes(): boolean {
    const { applicationFault } = this;
    return applicationFault !== undefined && this.#options.random.next() < applicationFault.share;
  }

  #startNext(): void {
    while (this.#jobs.size < this.#model.parallelism) {
      const call = this.#queue.shift();
      if (call === undefined) return;
      if (this.#isForgotten(call)) this.#leave(call);
      else if (call.isProbe) this.#answer(call, unimplemented);
      else this.#execute(call);
    }
  }

  #isForgotten(call: SimulatedCall): boolean {
    if (call.deadlineUs <= this.#clock.nowUs()) return true;
    // Of a stream nothing more is made for nobody, whatever the server.
    if (!this.#model.honoursCancel && call.served === undefined) return false;
    return call.isCancelled || (call.connection?.isClosed ?? true);
  }

  #execute(call: SimulatedCall): void {
    if (call.startedUs === undefined) {
      call.startedUs = this.#clock.nowUs();
      this.executedCount++;
      this.#options.onExecute?.(call);
    }
    const share = call.served === undefined ? 1 : stepShare;
    const serviceMs = drawSpanMs(this.#model.service, this.#options.random) * share;
    const remainingMs = serviceMs * this.slowdown;
    const job: Job = { call, remainingMs, timer: undefined };
    this.#jobs.add(job);
    this.#run(job);
  }

  #run(job: Job): void {
    job.timer = this.#clock.set(job.remainingMs, () => {
      this.#jobs.delete(job);
      this.#complete(job.call);
      this.#startNext();
    });
  }

  #complete(call: SimulatedCall): void {
    if (this.answersToLose > 0) {
      this.answersToLose--;
      this.#streams.delete(call);
      call.finishedUs = this.#clock.nowUs();
      if (call.connection !== undefined) {
        this.#connections.delete(call.connection);
        call.connection.closeAtServer("connection reset");
      }
      return;
    }
    const fault = this.applicationFault;
    const isStruck = fault !== undefined && !fault.isBeforeExecution && this.#strikes();
    if (isStruck) this.#answer(call, fault.result);
    else if (call.served === undefined) this.#answer(call, answered);
    else this.#proceed(call, call.served);
  }

  /** One step of a stream is done, its end the last; the next waits for its turn like anybody. */
  #proceed(call: SimulatedCall, served: ServedStream): void {
    if (served.isComplete) {
      this.#answer(call, answered);
      return;
    }
    const { connection } = call;
    const message = served.step(this.#clock.nowUs());
    if (message !== undefined && connection !== undefined) {
      connection.toClient(() => call.onMessage(message));
    }
    if (served.isComplete || served.hasCredit) this.#queue.push(call);
    else if (this.#isForgotten(call)) this.#leave(call);
    else served.isParked = true;
  }

  #answer(call: SimulatedCall, result: UnaryResult): void {
    const { connection } = call;
    if (connection !== undefined && !connection.isClosed) {
      call.answeredUs = this.#clock.nowUs();
      connection.toClient(() => call.onEnd(result));
    }
    this.#leave(call);
  }

  #leave(call: SimulatedCall): void {
    this.#streams.delete(call);
    call.finishedUs = this.#clock.nowUs();
    const { connection } = call;
    if (connection === undefined) return;
    connection.openCount--;
    if (connection.isDraining) this.#closeWhenDrained(connection);
  }

  #closeWhenDrained(connection: SimulatedConnection): void {
    if (connection.openCount > 0) return;
    this.#connections.delete(connection);
    connection.closeAtServer("connection closed");
  }
}
