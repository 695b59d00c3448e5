import type { Endpoint } from "../../src/base/endpoint.ts";
import type { Random } from "../../src/base/random.ts";
import type {
  CancelCall,
  Channel,
  ChannelState,
  StreamControl,
  UnaryCall,
  UnaryResult,
} from "../../src/rpc/channel.ts";
import { SimulatedCall } from "./simulated-call.ts";
import type { SimulatedClock, SimulatedTimer } from "./simulated-clock.ts";
import type { ClientEnd, SimulatedConnection } from "./simulated-connection.ts";
import type { SimulatedReplica } from "./simulated-replica.ts";

export interface ChannelModel {
  /** The pause before connecting again, doubled at each failure in a row, jittered by a fifth. */
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  readonly connectTimeoutMs: number;
  /**
   * A connection that has said nothing for so long while something is asked of it is given up;
   * infinite: never.
   */
  readonly silenceLimitMs: number;
  /** At a lost connection the listeners hear of the state before the calls end, or after. */
  readonly tellsStateFirst: boolean;
  /** cancel() ends the call before it returns, or soon after. */
  readonly cancelsAtOnce: boolean;
}

export const defaultChannelModel: ChannelModel = {
  backoffMinMs: 10,
  backoffMaxMs: 100,
  connectTimeoutMs: 1000,
  silenceLimitMs: 10_000,
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
}

/** A client's channel to a simulated replica; keeps the contract of Channel to the letter. */
export class SimulatedChannel implements Channel, ClientEnd {
  readonly endpoint: Endpoint;
  readonly #options: SimulatedChannelOptions;
  readonly #model: ChannelModel;
  readonly #clock: SimulatedClock;
  readonly #listeners: ((state: ChannelState) => void)[] = [];
  readonly #open = new Set<OpenCall>();
  readonly #unsent = new Set<OpenCall>();
  #state: ChannelState = "idle";
  #connection: SimulatedConnection | undefined;
  #failureCount = 0;
  #heardUs = 0;
  #isClosed = false;
  /** Of the connect timeout, or of the backoff. */
  #timer: SimulatedTimer | undefined;
  #silenceTimer: SimulatedTimer | undefined;

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
      onEnd: (result) => this.#onAnswer(open, result),
    });
    const open: OpenCall = { call, onResult, timer: undefined };
    this.#options.onCall?.(call);
    this.#open.add(open);
    // While the calls of a lost connection end, the state may still be that of before.
    if (this.#state === "ready" && this.#connection !== undefined) this.#send(open);
    else if (asked.waitForReady && !this.#isClosed) this.#unsent.add(open);
    else {
      const detail = `no connection: ${this.#state}`;
      open.timer = this.#clock.set(0, () =>
        this.#end(open, { status: "UNAVAILABLE", detail, mayHaveExecuted: false }),
      );
      return () => this.#cancel(open);
    }
    open.timer = this.#clock.set(asked.timeoutMs, () => this.#onDeadline(open));
    return () => this.#cancel(open);
  }

  stream(): StreamControl {
    throw new Error("A simulated channel has no streams");
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimers();
    this.#hangUp();
    for (const open of [...this.#open]) this.#cancel(open);
  }

  onReady(): void {
    if (this.#state !== "connecting") return;
    this.#stopTimers();
    this.#failureCount = 0;
    this.#heardUs = this.#clock.nowUs();
    this.#enter("ready");
    for (const open of [...this.#unsent]) this.#send(open);
  }

  onGoAway(saidUs: number): void {
    if (this.#state !== "ready") return;
    this.#enter("draining");
    const isUnread = ({ arrivedUs = saidUs + 1 }: SimulatedCall) => arrivedUs > saidUs;
    for (const open of [...this.#open]) {
      if (open.call.sentUs === undefined || !isUnread(open.call)) continue;
      const detail = "the peer's GOAWAY says that it was not looked at";
      this.#end(open, { status: "UNAVAILABLE", detail, mayHaveExecuted: false });
    }
  }

  onBroken(detail: string): void {
    this.#stopTimers();
    this.#hangUp();
    const lost = [...this.#open].filter(({ call }) => call.sentUs !== undefined);
    const endCalls = () => {
      for (const open of lost) {
        this.#end(open, { status: "UNAVAILABLE", detail, mayHaveExecuted: true });
      }
    };
    if (!this.#model.tellsStateFirst) endCalls();
    this.#scheduleDial();
    this.#enter("broken");
    if (this.#model.tellsStateFirst) endCalls();
  }

  #dial(): void {
    this.#connection = this.#options.replica.connect(this);
    this.#timer = this.#clock.set(this.#model.connectTimeoutMs, () =>
      this.onBroken("connecting took too long"),
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
    if (this.#open.size - this.#unsent.size === 1) this.#heardUs = this.#clock.nowUs();
    this.#options.replica.send(connection, open.call);
    this.#listen();
  }

  /** Gives the connection up once it has been silent for too long while calls are open. */
  #listen(): void {
    const { silenceLimitMs } = this.#model;
    if (silenceLimitMs === Number.POSITIVE_INFINITY || this.#silenceTimer !== undefined) return;
    const silentMs = (this.#clock.nowUs() - this.#heardUs) / 1000;
    this.#silenceTimer = this.#clock.set(silenceLimitMs - silentMs, () => {
      this.#silenceTimer = undefined;
      if (this.#open.size === this.#unsent.size) return;
      const isSilent = this.#clock.nowUs() - this.#heardUs >= silenceLimitMs * 1000;
      if (isSilent) this.onBroken("silent for too long");
      else this.#listen();
    });
  }

  #onAnswer(open: OpenCall, result: UnaryResult): void {
    this.#heardUs = this.#clock.nowUs();
    this.#end(open, result);
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
    const end = () =>
      this.#end(open, { status: "CANCELLED", detail: "cancelled", mayHaveExecuted });
    if (this.#model.cancelsAtOnce) end();
    else this.#clock.set(0, end);
  }

  #sendCancel({ call }: OpenCall): void {
    const connection = this.#connection;
    if (call.connection === undefined || call.connection !== connection) return;
    this.#options.replica.sendCancel(connection, call);
  }

  #end(open: OpenCall, result: UnaryResult): void {
    if (!this.#open.delete(open)) return;
    this.#unsent.delete(open);
    if (open.timer !== undefined) this.#clock.cancel(open.timer);
    open.onResult(result);
  }

  #hangUp(): void {
    if (this.#connection !== undefined) this.#options.replica.hangUp(this.#connection);
    this.#connection = undefined;
  }

  #stopTimers(): void {
    if (this.#timer !== undefined) this.#clock.cancel(this.#timer);
    if (this.#silenceTimer !== undefined) this.#clock.cancel(this.#silenceTimer);
    this.#timer = undefined;
    this.#silenceTimer = undefined;
  }

  #enter(state: ChannelState): void {
    if (state === this.#state || this.#isClosed) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
