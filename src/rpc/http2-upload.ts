import type { ClientHttp2Stream } from "node:http2";
import { frameMessage } from "./grpc-frames.ts";

/**
 * The request messages of one call on their way out, in order, then the end of our half of the
 * stream. A message leaves only once the peer has let those before it go, so that a peer that does
 * not read costs the stream's own buffer and two messages.
 */
export class Http2Upload {
  readonly #stream: ClientHttp2Stream;
  readonly #messages: Iterator<Uint8Array>;
  /** The one that leaves next: the last of all goes together with the end. */
  #next: Uint8Array | undefined;
  #isOver = false;

  constructor(stream: ClientHttp2Stream, messages: Iterable<Uint8Array>) {
    this.#stream = stream;
    this.#messages = messages[Symbol.iterator]();
  }

  /** Whether the end of our half is with the stream. */
  get isComplete(): boolean {
    return this.#stream.writableEnded;
  }

  start(): void {
    this.#stream.on("drain", () => this.#pump());
    this.#pump();
  }

  /** Sends no further message. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#messages.return?.();
  }

  #pump(): void {
    while (!this.#isOver) {
      const leaving = this.#next;
      const { done, value } = this.#messages.next();
      if (done === true) {
        this.#isOver = true;
        if (leaving === undefined) this.#stream.end();
        else this.#stream.end(frameMessage(leaving));
        return;
      }
      this.#next = value;
      if (leaving !== undefined && !this.#stream.write(frameMessage(leaving))) return;
    }
  }
}
