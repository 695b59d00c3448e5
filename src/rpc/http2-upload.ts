import type { ClientHttp2Stream } from "node:http2";
import { limits } from "../base/limits.ts";
import { frameMessage } from "./grpc-frames.ts";

/**
 * The request messages of one call on their way out, in order, then the end of our half of the
 * stream. They leave in pieces, since each write costs far more than a small message; a piece is
 * made only once the peer has let those before it go, so that a peer that does not read costs the
 * stream's own buffer and one piece.
 */
export class Http2Upload {
  readonly #stream: ClientHttp2Stream;
  readonly #messages: Iterator<Uint8Array>;
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
      const piece = this.#nextPiece();
      // The last one goes together with the end.
      if (this.#isOver) this.#stream.end(piece);
      else if (!this.#stream.write(piece)) return;
    }
  }

  /** Whole messages; the last of all are in it when it is over by then. */
  #nextPiece(): Buffer | undefined {
    const frames: Buffer[] = [];
    for (let byteCount = 0; byteCount < limits.uploadPieceMinBytes; ) {
      const { done, value } = this.#messages.next();
      if (done === true) {
        this.#isOver = true;
        break;
      }
      const frame = frameMessage(value);
      byteCount += frame.length;
      frames.push(frame);
    }
    return frames.length > 1 ? Buffer.concat(frames) : frames[0];
  }
}
