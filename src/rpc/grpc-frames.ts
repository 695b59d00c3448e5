import type { CallEnd } from "./channel.ts";

/** A gRPC message on the wire: a flag (0: not compressed), the length in 4 bytes, the message. */
const prefixByteCount = 5;

export function frameMessage(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(prefixByteCount + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, prefixByteCount);
  return frame;
}

/**
 * Cuts a body, in whatever chunks it arrives, into messages. A message within one chunk is a view
 * of it; of others each byte is copied once.
 */
export class FrameReader {
  readonly #messageMaxBytes: number;
  /** What arrived and was not looked at yet; the first of them from #offset on. */
  readonly #chunks: Uint8Array[] = [];
  #offset = 0;
  readonly #prefix = new Uint8Array(prefixByteCount);
  #prefixFilled = 0;
  /** The message whose prefix was read, as far as it has come; undefined while it is one view. */
  #message: Uint8Array | undefined;
  #messageFilled = 0;
  #byteCount = 0;
  #failure: CallEnd | undefined;

  constructor(messageMaxBytes: number) {
    this.#messageMaxBytes = messageMaxBytes;
  }

  /** Why nothing further can be read, once next() has come upon it. */
  get failure(): CallEnd | undefined {
    return this.#failure;
  }

  /** Bytes that are not yet a whole message. */
  get pendingByteCount(): number {
    return this.#byteCount;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#byteCount += chunk.length;
  }

  /** The next whole message; undefined when there is none, or none that may be read. */
  next(): Uint8Array | undefined {
    if (this.#failure !== undefined || !this.#readPrefix()) return undefined;
    const length = new DataView(this.#prefix.buffer).getUint32(1);
    this.#failure = this.#refusal(this.#prefix[0] ?? 0, length);
    if (this.#failure !== undefined) return undefined;
    const message = this.#readMessage(length);
    if (message === undefined) return undefined;
    this.#prefixFilled = 0;
    this.#byteCount -= prefixByteCount + length;
    return message;
  }

  #readPrefix(): boolean {
    this.#prefixFilled += this.#fill(this.#prefix, this.#prefixFilled);
    return this.#prefixFilled === prefixByteCount;
  }

  #readMessage(length: number): Uint8Array | undefined {
    if (this.#message === undefined) {
      const view = this.#view(length);
      if (view !== undefined) return view;
      this.#message = Buffer.allocUnsafeSlow(length);
      this.#messageFilled = 0;
    }
    const message = this.#message;
    this.#messageFilled += this.#fill(message, this.#messageFilled);
    if (this.#messageFilled < length) return undefined;
    this.#message = undefined;
    return message;
  }

  /** The next `length` bytes where they lie, if they lie in one chunk. */
  #view(length: number): Uint8Array | undefined {
    const [chunk = noBytes] = this.#chunks;
    const end = this.#offset + length;
    if (end > chunk.length) return undefined;
    const view = chunk.subarray(this.#offset, end);
    this.#advance(length);
    return view;
  }

  /** Moves what has arrived to `target`, from `filled` on, until it is full; how much that was. */
  #fill(target: Uint8Array, filled: number): number {
    let end = filled;
    for (let [chunk] = this.#chunks; chunk !== undefined && end < target.length; ) {
      const piece = chunk.subarray(this.#offset, this.#offset + target.length - end);
      target.set(piece, end);
      end += piece.length;
      this.#advance(piece.length);
      [chunk] = this.#chunks;
    }
    return end - filled;
  }

  #advance(byteCount: number): void {
    this.#offset += byteCount;
    if (this.#offset < (this.#chunks[0]?.length ?? 0)) return;
    this.#chunks.shift();
    this.#offset = 0;
  }

  /** Refused by the prefix alone, before the message is stored. */
  #refusal(flag: number, length: number): CallEnd | undefined {
    const refused = (status: CallEnd["status"], detail: string): CallEnd => {
      return { status, detail, mayHaveExecuted: true };
    };
    if (flag === 1) {
      const text = "the answer is compressed, though this client accepts no compression";
      return refused("INTERNAL", text);
    }
    if (flag !== 0) {
      const text = `the answer is not framed as gRPC: a message begins with ${flag}, not 0`;
      return refused("INTERNAL", text);
    }
    if (length <= this.#messageMaxBytes) return undefined;
    const limit = this.#messageMaxBytes;
    return refused(
      "RESOURCE_EXHAUSTED",
      `the answer's message is larger than allowed: ${length} bytes, at most ${limit}`,
    );
  }
}

const noBytes = new Uint8Array();
