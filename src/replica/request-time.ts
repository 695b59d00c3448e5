import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  status,
} from "@grpc/grpc-js";
import type { Clock } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";

/**
 * Ends requests that take too long, whatever their own deadline says. The clock runs from a call's
 * headers, so a client that never finishes its request is ended too. What is answered by a stream
 * may be read for as long as it takes: its clock stops when its request has come whole.
 */
export class RequestTime {
  readonly #maxMs: number;
  readonly #clock: Clock;
  readonly #overdue = new WeakSet<Metadata>();

  constructor(maxMs: number, clock: Clock) {
    this.#maxMs = maxMs;
    this.#clock = clock;
  }

  readonly interceptor: ServerInterceptor = (method, call) => {
    let identity: Metadata | undefined;
    const cancel = this.#clock.after(this.#maxMs, () => {
      if (identity !== undefined) this.#overdue.add(identity);
      call.sendStatus({
        code: status.DEADLINE_EXCEEDED,
        details: `This replica ends a request after ${formatDuration(this.#maxMs)}`,
      });
    });
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, nextMetadata) {
            identity = metadata;
            nextMetadata(metadata);
          },
          onReceiveHalfClose(nextHalfClose) {
            if (method.responseStream) cancel();
            nextHalfClose();
          },
          // Told at the end of every call.
          onCancel: cancel,
        }),
    });
  };

  /** Whether the call with these metadata was ended here. */
  hasEnded(metadata: Metadata): boolean {
    return this.#overdue.has(metadata);
  }
}
