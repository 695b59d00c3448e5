import type { Endpoint } from "../../src/base/endpoint.ts";
import type { Random } from "../../src/base/random.ts";
import type {
  CancelCall,
  Channel,
  ChannelState,
  StreamCall,
  StreamControl,
  StreamEvents,
  UnaryCall,
  UnaryResult,
} from "../../src/rpc/channel.ts";
import { onlyRequest } from "../support/scripted-channel.ts";
import { SimulatedCall } from "./simulated-call.ts";
import type { SimulatedClock, SimulatedTimer } from "./simulated-clock.ts";
import type { ClientEnd, SimulatedConnection } from "./simulated-connection.ts";
import type { SimulatedReplica } from "./simulated-replica.ts";
import { decodeQuestion, Inbox, ServedStream } from "./simulated-stream.ts";

export interface ChannelModel {
  /** The pause before connecting again, doubled at each failure in a row, jittered by a fifth. */
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  readonly connectTimeoutMs: number;
  /** At a lost connection the listeners hear of the state before the calls end, or after. */
  readonly tellsStateFirst: boolean;
  /** cancel() ends the call before it returns, or soon after. */
  readonly cancelsAtOnce: boolean;
}

export const defaultChannelModel: ChannelModel = {
  backoffMinMs: 10,
  backoffMaxMs: 100,
  connectTimeoutMs: 1000,
  tellsStateFirst: true,
  cancelsAtOnce: false,
};

export interface SimulatedChannelOptions {
  readonly endpoint: Endpoint;
  readonly replica: SimulatedReplica;
  readonly clock: SimulatedClock;
  readonly random: Random;
  readonly model?: ChannelModel;
  /** Told of each call that unary() is asked for. */
  readonly onCall?: (call: SimulatedCall) => void;
}

interface OpenCall {
  readonly call: SimulatedCall;
  readonly onResult: (result: UnaryResult) => void;
  timer: SimulatedTimer | undefined;
  /** Of a stream. */
  readonly inbox?: Inbox<UnaryResult>;
}

/** A client's channel to a simulated replica; keeps the contract of Channel to the letter. */
export class SimulatedChannel implements Channel {
  readonly endpoint: Endpoint;
  readonly #options: SimulatedChannelOptions;
  readonly #model: ChannelModel;
  readonly #clock: SimulatedClock;
  readonly #listeners: ((state: ChannelState) => void)[] = [];
  readonly #open = new Set<OpenCall>();
  readonly #unsent = new Set<OpenCall>();
  /** Connections that were given up and still have open calls. */
  readonly #retired = new Set<SimulatedConnection>();
  #state: ChannelState = "idle";
  #connection: SimulatedConnection | undefined;
  #failureCount = 0;
  #isClosed = false;
  /** Of the connect timeout, or of the backoff. */
  #timer: SimulatedTimer | undefined;

  constructor(options: SimulatedChannelOptions) {
    this.endpoint = options.endpoint;
    this.#options = options;
    this.#model = options.model ?? defaultChannelModel;
    this.#clock = options.clock;
  }

  get state(): ChannelState {
    return this.#state;
  }

  /** Calls that have not ended, probes aside. */
  get openRequestCount(): number {
    let count = 0;
    for (const { call } of this.#open) if (!call.isProbe) count++;
    return count;
  }

  onStateChange(listener: (state: ChannelState) => void): void {
    this.#listeners.push(listener);
  }

  connect(): void {
    if (this.#state === "idle" && !this.#isClosed) this.#dial();
  }

  unary(asked: UnaryCall, onResult: (result: UnaryResult) => void): CancelCall {
    const call = new SimulatedCall({
      path: asked.path,
      requestId: asked.metadata?.["x-request-id"],
      deadlineUs: this.#clock.nowUs() + Math.round(asked.timeoutMs * 1000),
      onEnd: (result) => this.#end(open, result),
    });
    const open: OpenCall = { call, onResult, timer: undefined };
    this.#begin(open, asked);
    return () => this.#cancel(open);
  }

  stream(asked: StreamCall, events: StreamEvents): StreamControl {
    const inbox = new Inbox<UnaryResult>({
      onMessage: (message) => events.onMessage(message),
      onTaken: () => {
        const { connection } = call;
        if (connection !== undefined) this.#options.replica.sendCredit(connection, call);
      },
      onEnd: (result) => this.#end(open, result),
    });
    const call = new SimulatedCall({
      path: asked.path,
      requestId: asked.metadata?.["x-request-id"],
      deadlineUs: this.#clock.nowUs() + Math.round(asked.timeoutMs * 1000),
      onEnd: (result) => inbox.finish(result),
      onMessage: (message) => inbox.push(message),
      served: new ServedStream(decodeQuestion(onlyRequest(asked))),
    });
    const open: OpenCall = {
      ...{ call, timer: undefined, inbox },
      onResult: (result) => events.onEnd(result),
    };
    this.#begin(open, asked);
    return {
      cancel: () => this.#cancel(open),
      pause: () => inbox.pause(),
      resume: () => {
        this.#clock.set(0, () => inbox.resume());
      },
    };
  }

  #begin(open: OpenCall, asked: StreamCall | UnaryCall): void {
    this.#options.onCall?.(open.call);
    this.#open.add(open);
    // While the calls of a lost connection end, the state may still be that of before.
    if (this.#state === "ready" && this.#connection !== undefined) this.#send(open);
    else if ("waitForReady" in asked && asked.waitForReady && !this.#isClosed)
      this.#unsent.add(open);
    else {
      const detail = `no connection: ${this.#state}`;
      open.timer = this.#clock.set(0, () =>
        this.#end(open, { status: "UNAVAILABLE", detail, mayHaveExecuted: false }),
      );
      return;
    }
    if (asked.timeoutMs === Number.POSITIVE_INFINITY) return;
    open.timer = this.#clock.set(asked.timeoutMs, () => this.#onDeadline(open));
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
    this.#hangUp();
    for (const open of [...this.#open]) this.#cancel(open);
  }

  renew(): void {
    const connection = this.#connection;
    if (this.#isClosed || this.#state !== "ready" || connection === undefined) return;
    if (this.#openOn(connection).length > 0) this.#retired.add(connection);
    else this.#options.replica.hangUp(connection);
    this.#dial();
  }

  #openOn(connection: SimulatedConnection): OpenCall[] {
    return [...this.#open].filter(({ call }) => call.connection === connection);
  }

  #onReady(): void {
    if (this.#state !== "connecting") return;
    this.#stopTimer();
    this.#failureCount = 0;
    this.#enter("ready");
    for (const open of [...this.#unsent]) this.#send(open);
  }

  #onGoAway(connection: SimulatedConnection, saidUs: number): void {
    if (connection === this.#connection) {
      if (this.#state !== "ready") return;
      this.#enter("draining");
    }
    const isUnread = ({ arrivedUs = saidUs + 1 }: SimulatedCall) => arrivedUs > saidUs;
    for (const open of this.#openOn(connection)) {
      if (!isUnread(open.call)) continue;
      const detail = "the peer's GOAWAY says that it was not looked at";
      this.#end(open, { status: "UNAVAILABLE", detail, mayHaveExecuted: false });
    }
  }

  #onBroken(connection: SimulatedConnection, detail: string): void {
    const lost = this.#openOn(connection);
    const endCalls = () => {
      for (const open of lost) {
        this.#end(open, { status: "UNAVAILABLE", detail, mayHaveExecuted: true });
      }
    };
    if (this.#retired.delete(connection)) {
      this.#options.replica.hangUp(connection);
      endCalls();
    }
    if (connection !== this.#connection) return;
    this.#stopTimer();
    this.#hangUp();
    if (!this.#model.tellsStateFirst) endCalls();
    this.#scheduleDial();
    this.#enter("broken");
    if (this.#model.tellsStateFirst) endCalls();
  }

  #dial(): void {
    const client: ClientEnd = {
      onReady: () => {
        if (connection === this.#connection) this.#onReady();
      },
      onGoAway: (saidUs) => this.#onGoAway(connection, saidUs),
      onBroken: (detail) => this.#onBroken(connection, detail),
    };
    const connection = this.#options.replica.connect(client);
    this.#connection = connection;
    this.#timer = this.#clock.set(this.#model.connectTimeoutMs, () =>
      this.#onBroken(connection, "connecting took too long"),
    );
    this.#enter("connecting");
  }

  #scheduleDial(): void {
    const { backoffMinMs, backoffMaxMs } = this.#model;
    const backoffMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** this.#failureCount);
    this.#failureCount++;
    const jitter = 0.8 + 0.4 * this.#options.random.next();
    this.#timer = this.#clock.set(backoffMs * jitter, () => this.#dial());
  }

  #send(open: OpenCall): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#unsent.delete(open);
    this.#options.replica.send(connection, open.call);
  }

  #onDeadline(open: OpenCall): void {
    const mayHaveExecuted = open.call.sentUs !== undefined;
    this.#sendCancel(open);
    this.#end(open, { status: "DEADLINE_EXCEEDED", detail: "deadline exceeded", mayHaveExecuted });
  }

  #cancel(open: OpenCall): void {
    if (!this.#open.has(open)) return;
    const mayHaveExecuted = open.call.sentUs !== undefined;
    this.#sendCancel(open);
    open.inbox?.close();
    const end = () =>
      this.#end(open, { status: "CANCELLED", detail: "cancelled", mayHaveExecuted });
    if (this.#model.cancelsAtOnce) end();
    else this.#clock.set(0, end);
  }

  #sendCancel({ call }: OpenCall): void {
    const { connection } = call;
    if (connection === undefined) return;
    if (connection !== this.#connection && !this.#retired.has(connection)) return;
    this.#options.replica.sendCancel(connection, call);
  }

  #end(open: OpenCall, result: UnaryResult): void {
    if (!this.#open.delete(open)) return;
    this.#unsent.delete(open);
    open.inbox?.close();
    if (open.timer !== undefined) this.#clock.cancel(open.timer);
    this.#hangUpRetired(open.call.connection);
    open.onResult(result);
  }

  #hangUp(): void {
    if (this.#connection !== undefined) this.#options.replica.hangUp(this.#connection);
    this.#connection = undefined;
  }

  /** A connection that was given up goes with its last call. */
  #hangUpRetired(connection: SimulatedConnection | undefined): void {
    if (connection === undefined || !this.#retired.has(connection)) return;
    if (this.#openOn(connection).length > 0) return;
    this.#retired.delete(connection);
    this.#options.replica.hangUp(connection);
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#clock.cancel(this.#timer);
    this.#timer = undefined;
  }

  #enter(state: ChannelState): void {
    if (state === this.#state || this.#isClosed) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
