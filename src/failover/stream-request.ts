import type { Endpoint } from "../base/endpoint.ts";
import type { StatusName } from "../rpc/status.ts";

/**
 * One logical stream: a call answered by any number of messages, continued on another replica
 * wherever it breaks. What the messages mean, and which request continues them, only its consumer
 * knows.
 */
export interface StreamRequest {
  readonly id: string;
  /** Counts streams from 1, so that consecutive ones begin at different replicas. */
  readonly number: number;
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Instant by which it must be complete, over all attempts; infinite: none. */
  readonly deadlineUs: number;
  /** Whether its method is idempotent: otherwise it is never continued after it may have begun. */
  readonly mayExecuteTwice: boolean;
}

/** Takes the messages of one stream, each exactly once and in order. */
export interface StreamConsumer {
  /** The request that asks for everything that has not been taken yet. */
  nextRequest(): Uint8Array;
  /** Takes the next message; a text says why it is not what must follow, and ends the stream. */
  take(message: Uint8Array): string | undefined;
  /** Whether everything has been taken; a stream that ends before that was cut. */
  readonly isComplete: boolean;
  /** Things taken so far, in the consumer's own unit (vertices, messages). */
  readonly itemCount: number;
}

/**
 * A stream stood still, and went on with another attempt. Time during which its reader had paused
 * it does not count.
 */
export interface StreamGap {
  /** The last message before it that brought anything, or the beginning of the stream. */
  readonly beganUs: number;
  /** The first message after it that brought anything. */
  readonly endedUs: number;
  /** Items taken before it. */
  readonly itemCount: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** How the attempt before it ended: UNAVAILABLE, DEADLINE_EXCEEDED for silence, ... */
  readonly status: StatusName;
  readonly detail: string;
}

/** Why an attempt ended. */
export interface StreamFailure {
  readonly status: StatusName;
  readonly detail: string;
}

/** How a stream ended, at `finishedUs`. */
export interface StreamResult {
  readonly finishedUs: number;
  /**
   * `complete`: everything was taken. `wrong`: a message was not what must follow, or the stream
   * ended well without being complete. `failed`: a status that no other replica would mend, or no
   * replica served it in time. `cancelled`: by its reader.
   */
  readonly outcome: "complete" | "wrong" | "failed" | "cancelled";
  readonly status: StatusName;
  readonly detail: string;
  readonly attemptCount: number;
  readonly itemCount: number;
  /** The replica of the last attempt; undefined when none was made. */
  readonly endpoint: Endpoint | undefined;
}

export interface StreamEvents {
  /** An attempt is over, and everything has not come yet; the detail names its replica. */
  onAttemptFailed(failure: StreamFailure): void;
  /** Called when the first message after a gap that brings anything has been taken. */
  onGap(gap: StreamGap): void;
  /** Called exactly once. */
  onDone(result: StreamResult): void;
}

/** What the reader of a stream can do; without effect once it is done. */
export interface StreamHandle {
  /** No message is taken until resume(); the server feels it by flow control. */
  pause(): void;
  resume(): void;
  /** Ends it as `cancelled`. */
  cancel(): void;
}

/** Takes streams to their one outcome. */
export interface StreamClient {
  startStream(request: StreamRequest, consumer: StreamConsumer, events: StreamEvents): StreamHandle;
}
