import type { Endpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import type { CallEnd, StreamControl } from "../rpc/channel.ts";
import { attemptMetadata } from "./attempt.ts";
import type { AttemptView } from "./policy.ts";
import type { OpenAttempt } from "./replica-set.ts";
import type { ClientContext } from "./request.ts";
import { SilenceWatch } from "./silence-watch.ts";
import type { StreamRequest } from "./stream-request.ts";

export interface StreamAttemptOptions {
  /** 1 is the stream's first. */
  readonly number: number;
  /** Index of its replica. */
  readonly replica: number;
  /** Its reader has paused the stream before it began. */
  readonly isPaused: boolean;
  /** A live replica that brings nothing for so long is told of by onBarren(). */
  readonly barrenMs: number;
  readonly events: StreamAttemptEvents;
}

/** What befalls an attempt; nothing after cancel(). */
export interface StreamAttemptEvents {
  /** Not after abandon() either. */
  onMessage(attempt: StreamAttempt, message: Uint8Array): void;
  /** It has ended, by itself or by abandon(). */
  onEnd(attempt: StreamAttempt, end: CallEnd): void;
  /** Nothing has come for the attempt timeout, and its replica gives no sign of life. */
  onSilence(attempt: StreamAttempt): void;
  /** Its replica has become suspect. */
  onSuspect(attempt: StreamAttempt): void;
  /** Its replica lives, but nothing has come for too long; told again while that lasts. */
  onBarren(attempt: StreamAttempt): void;
  /** Its connection was given up, and its replica has answered over the next. */
  onAdrift(attempt: StreamAttempt): void;
}

/** One try of a stream on one replica. */
export class StreamAttempt implements AttemptView, OpenAttempt {
  readonly number: number;
  readonly replica: number;
  readonly endpoint: Endpoint;
  /** It was cancelled for its silence, and its end is still to come. */
  isAbandoned = false;
  /** The connection that carries it was given up. */
  isAdrift = false;
  readonly #context: ClientContext;
  readonly #options: StreamAttemptOptions;
  readonly #watch: SilenceWatch;
  readonly #sentUs: number;
  #isOpen = true;
  #isPaused: boolean;
  #control: StreamControl | undefined;
  #leave: () => void = () => undefined;
  /** Its last message, else its beginning, or when its reader went on reading. */
  #quietSinceUs: number;
  /** From then on a message is news, rather than what piled up while nobody read. */
  #newsFromUs = 0;

  constructor(context: ClientContext, options: StreamAttemptOptions) {
    this.#context = context;
    this.#options = options;
    const { number, replica, isPaused, events } = options;
    this.number = number;
    this.replica = replica;
    this.endpoint = context.replicas.channel(replica).endpoint;
    this.#sentUs = context.clock.nowUs();
    this.#quietSinceUs = this.#sentUs;
    this.#isPaused = isPaused;
    this.#watch = new SilenceWatch({
      ...{ context, replica },
      onSilence: () => events.onSilence(this),
      onLife: () => this.#onLife(),
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** From its sending to now. */
  get serviceUs(): number {
    return this.#context.clock.nowUs() - this.#sentUs;
  }

  /** What is said of it when it is given up. */
  get silenceText(): string {
    const quietUs = this.#context.clock.nowUs() - this.#quietSinceUs;
    return `no message within ${Math.round(quietUs / 1000)} ms`;
  }

  /** `bytes` asks for what the stream has not taken yet. */
  start(request: StreamRequest, bytes: Uint8Array): void {
    const { replicas } = this.#context;
    this.#leave = replicas.enter(this.replica, this, "stream");
    const remainingMs = (request.deadlineUs - this.#sentUs) / 1000;
    this.#control = replicas.channel(this.replica).stream(
      {
        path: request.path,
        request: bytes,
        timeoutMs: remainingMs + limits.deadlineSlackMs,
        metadata: attemptMetadata(request, this.number),
      },
      { onMessage: (message) => this.#onMessage(message), onEnd: (end) => this.#onEnd(end) },
    );
    if (this.#isPaused) this.pause();
    else this.#watch.start();
  }

  /** Tells of silence once the attempt timeout has passed from now. */
  watchForSilence(): void {
    if (this.isOpen && !this.isAdrift && !this.#isPaused) this.#watch.start();
  }

  pause(): void {
    this.#isPaused = true;
    this.#newsFromUs = Number.POSITIVE_INFINITY;
    this.#watch.stop();
    this.#control?.pause();
  }

  resume(): void {
    const { clock, policy } = this.#context;
    this.#isPaused = false;
    this.#quietSinceUs = clock.nowUs();
    this.#newsFromUs = this.#quietSinceUs + policy.timing.attemptTimeoutMs * 1000;
    this.#control?.resume();
    this.watchForSilence();
  }

  onSuspect(): void {
    this.#options.events.onSuspect(this);
  }

  onAdrift(): void {
    if (!this.isOpen) return;
    this.isAdrift = true;
    this.#watch.stop();
    this.#options.events.onAdrift(this);
  }

  /** Cancels it; its end is still told, which says whether it may have been executed. */
  abandon(): void {
    this.isAbandoned = true;
    this.#watch.stop();
    this.#control?.cancel();
  }

  /** Ends it without a word. */
  cancel(): void {
    if (!this.isOpen) return;
    this.#close();
    this.#control?.cancel();
  }

  #onMessage(message: Uint8Array): void {
    if (!this.isOpen || this.isAbandoned) return;
    const nowUs = this.#context.clock.nowUs();
    this.#quietSinceUs = nowUs;
    if (!this.isAdrift) this.#watch.heard();
    this.#options.events.onMessage(this, message);
    // Last, since it may release requests and streams that wait, of which this is none any more.
    if (nowUs >= this.#newsFromUs) {
      this.#context.replicas.observe(this.replica, "answered", "message");
    }
  }

  #onEnd(end: CallEnd): void {
    if (!this.isOpen) return;
    this.#close();
    this.#options.events.onEnd(this, this.isAbandoned ? silentUnlessAnswered(end, this) : end);
  }

  #onLife(): void {
    const quietMs = (this.#context.clock.nowUs() - this.#quietSinceUs) / 1000;
    if (quietMs >= this.#options.barrenMs) this.#options.events.onBarren(this);
  }

  #close(): void {
    this.#isOpen = false;
    this.#watch.stop();
    this.#leave();
  }
}

/** Its messages were not taken any more, so that even an end that crosses this counts for none. */
function silentUnlessAnswered(end: CallEnd, attempt: StreamAttempt): CallEnd {
  const isSilent = end.status === "OK" || (end.status === "CANCELLED" && !end.isFromPeer);
  if (!isSilent) return end;
  const { mayHaveExecuted } = end;
  return { status: "DEADLINE_EXCEEDED", detail: attempt.silenceText, mayHaveExecuted };
}
