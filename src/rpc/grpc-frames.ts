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

/** Cuts a body, in whatever chunks it arrives, into messages. */
export class FrameReader {
  readonly #messageMaxBytes: number;
  #chunks: Uint8Array[] = [];
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
    if (this.#failure !== undefined || this.#byteCount < prefixByteCount) return undefined;
    const first = this.#joined(prefixByteCount);
    const view = new DataView(first.buffer, first.byteOffset, prefixByteCount);
    const length = view.getUint32(1);
    this.#failure = this.#refusal(view.getUint8(0), length);
    const frameByteCount = prefixByteCount + length;
    if (this.#failure !== undefined || this.#byteCount < frameByteCount) return undefined;
    const bytes = this.#joined(frameByteCount);
    const rest = bytes.subarray(frameByteCount);
    if (rest.length === 0) this.#chunks.shift();
    else this.#chunks[0] = rest;
    this.#byteCount -= frameByteCount;
    return bytes.subarray(prefixByteCount, frameByteCount);
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

  /** The first chunk, made to hold `byteCount` bytes at least; so many are there. */
  #joined(byteCount: number): Uint8Array {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= byteCount) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
