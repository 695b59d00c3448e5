import type { Endpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import type { CancelCall, UnaryResult } from "../rpc/channel.ts";
import type { AttemptView } from "./policy.ts";
import type { OpenAttempt } from "./replica-set.ts";
import type { ClientContext, FailoverRequest } from "./request.ts";
import { SilenceWatch } from "./silence-watch.ts";

export interface AttemptOptions {
  /** 1 is the request's first. */
  readonly number: number;
  /** Index of its replica. */
  readonly replica: number;
  /** The attempt has ended, by itself or by abandon(); not after cancel(). */
  readonly onResult: (result: UnaryResult) => void;
  /** It has stayed unanswered for the attempt timeout. */
  readonly onSilence: () => void;
  /** Its replica has become suspect. */
  readonly onSuspect: () => void;
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
    const { replica, onSilence } = options;
    this.#watch = new SilenceWatch({ context, replica, onSilence });
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

  start(): void {
    const { replicas } = this.#context;
    this.#leave = replicas.enter(this.replica, this, "request");
    const remainingMs = (this.#request.deadlineUs - this.#sentUs) / 1000;
    this.#cancelCall = replicas.channel(this.replica).unary(
      {
        path: this.#request.path,
        request: this.#request.bytes,
        // The server learns the whole remaining time: only this client knows when it will turn
        // elsewhere. The slack leaves the last word to the request's own timer.
        timeoutMs: remainingMs + limits.deadlineSlackMs,
        metadata: attemptMetadata(this.#request, this.number),
      },
      (result) => this.#onResult(result),
    );
    this.watchForSilence();
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

  #onResult(result: UnaryResult): void {
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

function silentUnlessAnswered(result: UnaryResult, attempt: Attempt): UnaryResult {
  if (result.status !== "CANCELLED" || result.isFromPeer) return result;
  return { ...result, status: "DEADLINE_EXCEEDED", detail: silenceText(attempt) };
}

/** What is said of an attempt that nobody answered. */
export function silenceText(attempt: Attempt): string {
  return `no answer within ${Math.round(attempt.serviceUs / 1000)} ms`;
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
