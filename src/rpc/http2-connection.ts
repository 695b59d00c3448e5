import { type ClientHttp2Session, connect } from "node:http2";
import type { Socket } from "node:net";
import type { CancelTimer, Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { CancelDial, Dial } from "./dial.ts";
import type { CallCarrier, Http2Call } from "./http2-call.ts";

export interface Http2ConnectionOptions {
  readonly dial: Dial;
  /** `host:port`, as the server is told whom it is asked as. */
  readonly authority: string;
  readonly scheme: string;
  readonly clock: Clock;
  /** From the first packet to the peer's SETTINGS. */
  readonly connectTimeoutMs: number;
  /** What the peer may send ahead of a reader. */
  readonly receiveWindowBytes: number;
  /** Why it was lost before the peer spoke HTTP/2, with the error if there was one. */
  readonly explainLoss: (error: unknown) => string;
  readonly events: ConnectionEvents;
}

export interface ConnectionEvents {
  onReady(connection: Http2Connection): void;
  /** It takes no new calls any more; open ones go on. */
  onDraining(connection: Http2Connection): void;
  /** Another call may be started: one has ended, or the peer allows more at a time. */
  onRoom(connection: Http2Connection): void;
  /** It is over, once; its calls end right after. Not called after destroy(). */
  onLost(connection: Http2Connection, reason: string): void;
}

/** Stream ids grow by 2 and end at 2^31 - 1; a connection is replaced long before. */
const startedMaxCount = 2 ** 29;

/** One connection to one peer, from dialling to its loss. It never comes back. */
export class Http2Connection {
  readonly #options: Http2ConnectionOptions;
  readonly #cancelTimeout: CancelTimer;
  readonly #cancelDial: CancelDial;
  #session: ClientHttp2Session | undefined;
  #carrier: CallCarrier | undefined;
  #openCount = 0;
  #startedCount = 0;
  #state: "connecting" | "ready" | "draining" | "lost" = "connecting";
  #callMaxCount = 0;
  #reason = "connection lost";

  constructor(options: Http2ConnectionOptions) {
    this.#options = options;
    const { connectTimeoutMs } = options;
    this.#cancelTimeout = options.clock.after(connectTimeoutMs, () =>
      this.#lose(`no HTTP/2 within ${connectTimeoutMs} ms`),
    );
    this.#cancelDial = options.dial({
      onConnected: (socket) => this.#open(socket),
      onFailed: (reason) => this.#lose(reason),
    });
  }

  /** Calls that are open on it. */
  get openCount(): number {
    return this.#openCount;
  }

  /** It is ready, and the peer allows one call more at a time. */
  get hasRoom(): boolean {
    return this.#state === "ready" && this.#openCount < this.#callMaxCount;
  }

  /** Only while hasRoom. */
  start(call: Http2Call): void {
    if (this.#carrier === undefined) return;
    this.#openCount++;
    this.#startedCount++;
    call.start(this.#carrier);
    if (this.#startedCount >= startedMaxCount) this.retire("its stream ids are used up");
  }

  /** It takes no new calls and closes with the last open one; `reason`: should it break before. */
  retire(reason: string): void {
    this.#reason = reason;
    if (this.#state !== "ready") return;
    this.#state = "draining";
    this.#options.events.onDraining(this);
    this.#session?.close();
  }

  /** Ends it without a word to its events. */
  destroy(): void {
    this.#state = "lost";
    this.#cancelTimeout();
    this.#cancelDial();
    this.#session?.destroy();
  }

  #open(socket: Socket): void {
    const { receiveWindowBytes, scheme, explainLoss } = this.#options;
    // The address is the socket's; the name here only has to be one that every URL can hold.
    const session = connect(`${scheme}://localhost`, {
      createConnection: () => socket,
      // A stream whose reader pauses holds up none but itself: what it was sent counts as read of
      // the connection, and only its own window stays closed.
      settings: { enablePush: false, initialWindowSize: receiveWindowBytes },
    });
    this.#session = session;
    this.#carrier = this.#carrierOf(session);
    session.on("remoteSettings", (settings) => {
      this.#callMaxCount = settings.maxConcurrentStreams ?? Number.POSITIVE_INFINITY;
      if (this.#state === "connecting") {
        // Bun opens the window of a stream by the size of the connection's: they must be the same.
        session.setLocalWindowSize(receiveWindowBytes);
        this.#becomeReady();
      } else if (this.hasRoom) this.#options.events.onRoom(this);
    });
    session.on("goaway", (code) => {
      this.retire(`connection lost after GOAWAY with error code ${code}`);
    });
    session.on("error", (error) => {
      const isEarly = this.#state === "connecting";
      this.#lose(isEarly ? explainLoss(error) : `connection lost: ${messageOf(error)}`);
    });
    session.on("close", () => {
      this.#lose(this.#state === "connecting" ? explainLoss(undefined) : this.#reason);
    });
  }

  #becomeReady(): void {
    this.#cancelTimeout();
    this.#state = "ready";
    this.#options.events.onReady(this);
  }

  #carrierOf(session: ClientHttp2Session): CallCarrier {
    return {
      session,
      authority: this.#options.authority,
      scheme: this.#options.scheme,
      receiveWindowBytes: this.#options.receiveWindowBytes,
      lossReason: () => {
        if (session.destroyed) this.#lose(this.#reason);
        return this.#state === "lost" ? this.#reason : undefined;
      },
      onStreamClosed: () => {
        this.#openCount--;
        if (this.hasRoom) this.#options.events.onRoom(this);
      },
    };
  }

  #lose(reason: string): void {
    if (this.#state === "lost") return;
    this.#reason = reason;
    this.destroy();
    this.#options.events.onLost(this, reason);
  }
}
