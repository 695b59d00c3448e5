import type { Endpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import type { CancelCall } from "../rpc/channel.ts";
import { type AttemptResult, startExchange } from "./exchange-call.ts";
import type { AttemptView } from "./policy.ts";
import type { OpenAttempt } from "./replica.ts";
import type { ClientContext, FailoverRequest } from "./request.ts";
import { SilenceWatch } from "./silence-watch.ts";

export interface AttemptOptions {
  /** 1 is the request's first. */
  readonly number: number;
  /** Index of its replica. */
  readonly replica: number;
  /** The attempt has ended, by itself or by abandon(); not after cancel(). */
  readonly onResult: (result: AttemptResult) => void;
  /** It has stayed unanswered for the attempt timeout. */
  readonly onSilence: () => void;
  /** Its replica has become suspect. */
  readonly onSuspect: () => void;
  /** Of an exchange: its replica lives, but brings nothing for too long; told again while so. */
  readonly onBarren: () => void;
}

/** One try of a request on one replica. */
export class Attempt implements AttemptView, OpenAttempt {
  readonly number: number;
  readonly replica: number;
  readonly endpoint: Endpoint;
  /** Another attempt has taken its place, while it stays open. */
  isMoved = false;
  /** It was cancelled for its silence. */
  isAbandoned = false;
  /** The connection that carries it was given up. */
  isAdrift = false;
  readonly #context: ClientContext;
  readonly #request: FailoverRequest;
  readonly #options: AttemptOptions;
  readonly #watch: SilenceWatch;
  readonly #sentUs: number;
  readonly #barrenMs: number;
  /** Its sending, else when an exchange last came further. */
  #quietSinceUs: number;
  #messageCount = 0;
  #finishedUs: number | undefined;
  #cancelCall: CancelCall = () => undefined;
  #leave: () => void = () => undefined;

  constructor(context: ClientContext, request: FailoverRequest, options: AttemptOptions) {
    this.#context = context;
    this.#request = request;
    this.#options = options;
    this.number = options.number;
    this.replica = options.replica;
    this.endpoint = context.replicas.channel(options.replica).endpoint;
    this.#sentUs = context.clock.nowUs();
    this.#quietSinceUs = this.#sentUs;
    // A call that stands still must not spend the time in which another replica could serve it.
    const lastChanceMs = ((request.deadlineUs - this.#sentUs) / 1000) * limits.lastChanceShare;
    this.#barrenMs = Math.min(limits.streamBarrenMs, lastChanceMs);
    const { replica, onSilence } = options;
    const onLife = "exchange" in request ? () => this.#onLife() : undefined;
    this.#watch = new SilenceWatch({ context, replica, onSilence, ...(onLife && { onLife }) });
  }

  get isOpen(): boolean {
    return this.#finishedUs === undefined;
  }

  get finishedUs(): number {
    return this.#finishedUs ?? this.#context.clock.nowUs();
  }

  /** From its sending to its end, or to now. */
  get serviceUs(): number {
    return this.finishedUs - this.#sentUs;
  }

  /** What is said of it when nobody answered. */
  get silenceText(): string {
    const missing = "exchange" in this.#request ? "message" : "answer";
    const quietUs = this.finishedUs - this.#quietSinceUs;
    const text = `no ${missing} within ${Math.round(quietUs / 1000)} ms`;
    if (this.#messageCount === 0) return text;
    // It may have been anything but silent.
    return `${text}, after ${this.#messageCount} in ${Math.round(this.serviceUs / 1000)} ms`;
  }

  start(): void {
    const { replicas } = this.#context;
    this.#leave = replicas.enter(this.replica, this, "request");
    this.#cancelCall = this.#send();
    this.watchForSilence();
  }

  #send(): CancelCall {
    const request = this.#request;
    const channel = this.#context.replicas.channel(this.replica);
    const remainingMs = (request.deadlineUs - this.#sentUs) / 1000;
    const head = {
      path: request.path,
      // The server learns the whole remaining time: only this client knows when it will turn
      // elsewhere. The slack leaves the last word to the request's own timer.
      timeoutMs: remainingMs + limits.deadlineSlackMs,
      metadata: attemptMetadata(request, this.number),
    };
    const onResult = (result: AttemptResult) => this.#onResult(result);
    if ("bytes" in request) return channel.unary({ ...head, request: request.bytes }, onResult);
    return startExchange({ channel, head, exchange: request.exchange }, this.#context.clock, {
      onProgress: () => this.#onProgress(),
      onMessage: () => this.#onMessage(),
      onResult,
    });
  }

  /** Tells of silence once the attempt timeout has passed from now. */
  watchForSilence(): void {
    if (this.isOpen && !this.isAdrift) this.#watch.start();
  }

  onSuspect(): void {
    this.#options.onSuspect();
  }

  /**
   * An idempotent request is free to ask the replica again over its next connection. Any other may
   * still be answered where it is, but its silence says nothing of the replica any more.
   */
  onAdrift(): void {
    if (!this.isOpen) return;
    this.isAdrift = true;
    this.#watch.stop();
    if (this.#request.mayExecuteTwice) this.abandon();
  }

  /** Cancels it for its silence; its end is still told, and an answer that crosses this counts. */
  abandon(): void {
    this.isAbandoned = true;
    this.#cancelCall();
  }

  /** Ends it without a word. */
  cancel(): void {
    if (!this.isOpen) return;
    this.#close();
    this.#cancelCall();
  }

  /** A message has come, or the peer has made room for one more of ours. */
  #onProgress(): void {
    if (!this.isOpen) return;
    this.#quietSinceUs = this.#context.clock.nowUs();
    if (!this.isAdrift) this.#watch.heard();
  }

  #onMessage(): void {
    this.#messageCount++;
    this.#onProgress();
    // Last, since it may release requests that wait.
    if (this.isOpen) this.#context.replicas.observe(this.replica, "answered", "message");
  }

  #onLife(): void {
    const quietMs = (this.#context.clock.nowUs() - this.#quietSinceUs) / 1000;
    if (quietMs >= this.#barrenMs) this.#options.onBarren();
  }

  #onResult(result: AttemptResult): void {
    if (!this.isOpen) return;
    this.#close();
    this.#options.onResult(this.isAbandoned ? silentUnlessAnswered(result, this) : result);
  }

  #close(): void {
    this.#finishedUs = this.#context.clock.nowUs();
    this.#watch.stop();
    this.#leave();
  }
}

function silentUnlessAnswered(result: AttemptResult, attempt: Attempt): AttemptResult {
  if (result.status !== "CANCELLED" || result.isFromPeer) return result;
  return { ...result, status: "DEADLINE_EXCEEDED", detail: attempt.silenceText };
}

/** What tells a server which request an attempt belongs to; `attempt` is 1 for the first. */
export function attemptMetadata(
  { id, metadata: own }: Pick<FailoverRequest, "id" | "metadata">,
  attempt: number,
): Record<string, string> {
  const metadata: Record<string, string> = own === undefined ? { "x-request-id": id } : { ...own };
  // gRPC's retry design (A6): how many attempts went before, absent on the first.
  if (attempt > 1) metadata["grpc-previous-rpc-attempts"] = String(attempt - 1);
  return metadata;
}
