import { type CancelTimer, type Clock, systemClock } from "../base/clock.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import { freshSeed, type Random, seededRandom } from "../base/random.ts";
import { endUnsent } from "./call-end.ts";
import { unarySink } from "./call-sink.ts";
import type {
  CancelCall,
  Channel,
  ChannelState,
  StreamCall,
  StreamControl,
  StreamEvents,
  UnaryCall,
  UnaryResult,
} from "./channel.ts";
import { type Dial, dialTcp } from "./dial.ts";
import { Http2Call } from "./http2-call.ts";
import { type ConnectionEvents, Http2Connection } from "./http2-connection.ts";
import { reconnectPauseMs } from "./reconnect-pause.ts";

export interface Http2ChannelOptions {
  readonly clock?: Clock;
  /** Spreads the attempts to connect. */
  readonly random?: Random;
  readonly connectTimeoutMs?: number;
  readonly messageMaxBytes?: number;
  /** What the peer may send ahead of a reader. */
  readonly receiveWindowBytes?: number;
  /** How a connection is opened; default: TCP to the endpoint. */
  readonly dial?: Dial;
  readonly scheme?: "http" | "https";
  /** What the peer is told whom it is asked as; default: the endpoint. */
  readonly authority?: string | undefined;
}

/** A channel over node:http2, in plain text unless `dial` and `scheme` say otherwise. */
export function openHttp2Channel(endpoint: Endpoint, options: Http2ChannelOptions = {}): Channel {
  const clock = options.clock ?? systemClock;
  return new Http2Channel(endpoint, {
    clock,
    random: options.random ?? seededRandom(freshSeed()),
    connectTimeoutMs: options.connectTimeoutMs ?? limits.connectTimeoutMs,
    messageMaxBytes: options.messageMaxBytes ?? limits.messageMaxBytes,
    receiveWindowBytes: options.receiveWindowBytes ?? limits.receiveWindowBytes,
    dial: options.dial ?? dialTcp(endpoint, clock),
    scheme: options.scheme ?? "http",
    authority: options.authority ?? formatEndpoint(endpoint),
  });
}

type ChannelOptions = Required<Http2ChannelOptions> & { readonly authority: string };

class Http2Channel implements Channel {
  readonly endpoint: Endpoint;
  readonly #options: ChannelOptions;
  readonly #listeners: ((state: ChannelState) => void)[] = [];
  /** Calls that have not ended; of those, the ones that wait to be sent, in order. */
  readonly #calls = new Set<Http2Call>();
  readonly #waiting = new Set<Http2Call>();
  /** Connections that take no new calls, and still have open ones. */
  readonly #draining = new Set<Http2Connection>();
  #connection: Http2Connection | undefined;
  #state: ChannelState = "idle";
  #isClosed = false;
  #attemptUs = Number.NEGATIVE_INFINITY;
  #downSinceUs: number | undefined;
  #cancelPause: CancelTimer | undefined;
  #hasFailed = false;
  #lastFailure = "none yet";

  constructor(endpoint: Endpoint, options: ChannelOptions) {
    this.endpoint = endpoint;
    this.#options = options;
  }

  get state(): ChannelState {
    return this.#state;
  }

  onStateChange(listener: (state: ChannelState) => void): void {
    this.#listeners.push(listener);
  }

  connect(): void {
    if (this.#state === "idle" && !this.#isClosed) this.#attempt();
  }

  renew(): void {
    this.#connection?.retire("the connection was given up for its silence");
  }

  unary(call: UnaryCall, onResult: (result: UnaryResult) => void): CancelCall {
    const begun = this.#begin(call, { isUnary: true, events: unarySink(onResult) });
    return () => begun.cancel();
  }

  stream(call: StreamCall, events: StreamEvents): StreamControl {
    const begun = this.#begin(call, { isUnary: false, events });
    return {
      cancel: () => begun.cancel(),
      pause: () => begun.pause(),
      resume: () => begun.resume(),
    };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelPause?.();
    for (const call of [...this.#calls]) call.cancel("the channel was closed");
    // Streams are reset in this turn; the connection goes once that is on its way.
    const connections = [...this.#draining, this.#connection];
    queueMicrotask(() => {
      for (const connection of connections) connection?.destroy();
    });
  }

  #begin(call: UnaryCall, how: { isUnary: boolean; events: StreamEvents }): Http2Call {
    const begun = new Http2Call({
      call,
      ...how,
      waitForReady: call.waitForReady ?? false,
      messageMaxBytes: this.#options.messageMaxBytes,
      clock: this.#options.clock,
      onEnded: (ended) => {
        this.#calls.delete(ended);
        this.#waiting.delete(ended);
      },
    });
    this.#calls.add(begun);
    this.connect();
    if (this.#isClosed) begun.cancel("the channel is closed");
    else if (this.#waiting.size === 0 && this.#connection?.hasRoom) this.#connection.start(begun);
    else if (begun.waitForReady || this.#state === "ready" || this.#state === "connecting") {
      this.#waiting.add(begun);
    } else begun.endSoon(this.#noConnection());
    return begun;
  }

  #attempt(): void {
    const { clock, dial, scheme, authority, connectTimeoutMs, receiveWindowBytes } = this.#options;
    this.#cancelPause = undefined;
    this.#attemptUs = clock.nowUs();
    this.#downSinceUs ??= this.#attemptUs;
    this.#connection = new Http2Connection({
      dial,
      authority,
      scheme,
      clock,
      connectTimeoutMs,
      receiveWindowBytes,
      events: this.#events,
    });
    if (!this.#isDraining()) this.#enter("connecting");
  }

  readonly #events: ConnectionEvents = {
    onReady: () => {
      this.#downSinceUs = undefined;
      this.#hasFailed = false;
      this.#enter("ready");
      this.#startWaiting();
    },
    onRoom: (connection) => {
      if (connection === this.#connection) this.#startWaiting();
    },
    onDraining: (connection) => {
      this.#lastFailure = "the replica is draining";
      this.#draining.add(connection);
      this.#leave("draining");
    },
    onLost: (connection, reason) => {
      this.#draining.delete(connection);
      if (connection === this.#connection) {
        this.#hasFailed = true;
        this.#lastFailure = reason;
        this.#leave(this.#isDraining() ? "draining" : "broken");
      } else if (this.#state === "draining" && !this.#isDraining()) {
        // Nothing is wrong yet when the next attempt only waits for its turn.
        this.#enter(this.#connection === undefined && this.#hasFailed ? "broken" : "connecting");
      }
    },
  };

  /** The connection that took calls, or was to, does no more: tell so, and see to the next. */
  #leave(state: ChannelState): void {
    this.#connection = undefined;
    this.#enter(state);
    if (this.#isClosed) return;
    for (const call of [...this.#waiting]) {
      if (!call.waitForReady) call.end(this.#noConnection());
    }
    this.#attemptSoon();
  }

  /** Attempts begin a pause apart; after a connection that has lasted, the next begins at once. */
  #attemptSoon(): void {
    if (this.#isClosed || this.#cancelPause !== undefined) return;
    const { clock, random } = this.#options;
    const nowUs = clock.nowUs();
    this.#downSinceUs ??= nowUs;
    const pauseMs = reconnectPauseMs((nowUs - this.#downSinceUs) / 1000, random);
    const restMs = pauseMs - (nowUs - this.#attemptUs) / 1000;
    if (restMs > 0) this.#cancelPause = clock.after(restMs, () => this.#attempt());
    else this.#attempt();
  }

  #startWaiting(): void {
    for (const call of this.#waiting) {
      if (this.#connection?.hasRoom !== true) return;
      this.#waiting.delete(call);
      this.#connection.start(call);
    }
  }

  #isDraining(): boolean {
    return this.#draining.size > 0;
  }

  #noConnection() {
    return endUnsent("UNAVAILABLE", `no connection: ${this.#lastFailure}`);
  }

  #enter(state: ChannelState): void {
    if (state === this.#state || this.#isClosed) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
