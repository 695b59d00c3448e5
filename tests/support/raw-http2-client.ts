import { connect, type Socket } from "node:net";
import { frameTypes, type RawFrame } from "./raw-http2-server.ts";

const flags = { endStream: 1, endHeaders: 4 } as const;
const frameHeaderByteCount = 9;
const continuation = 9;
const frameMaxBytes = 16_384;

/** One connection of a client that says exactly what a test wants, right or wrong. */
export class RawHttp2Client implements Disposable {
  readonly frames: RawFrame[] = [];
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #unread = Buffer.alloc(0);
  #notify: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  /** Connects to a port of the loopback; `isSilent`: says nothing yet. */
  static async open(port: number, isSilent = false): Promise<RawHttp2Client> {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    const client = new RawHttp2Client(socket);
    if (!isSilent) {
      socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      client.send(frameTypes.settings, 0, 0, Buffer.alloc(0));
    }
    return client;
  }

  /** Headers of a call to `path`, in as many frames as they need. */
  sendCall(streamId: number, path: string, more: readonly (readonly [string, string])[] = []) {
    const block = literal([
      [":method", "POST"],
      [":scheme", "http"],
      [":path", path],
      [":authority", "test"],
      ["content-type", "application/grpc"],
      ["te", "trailers"],
      ...more,
    ]);
    for (let at = 0; at < block.length; at += frameMaxBytes) {
      const part = block.subarray(at, at + frameMaxBytes);
      const flag = at + frameMaxBytes >= block.length ? flags.endHeaders : 0;
      this.send(at === 0 ? frameTypes.headers : continuation, flag, streamId, part);
    }
  }

  /** A whole message without a byte, and the end of the request. */
  sendEmptyRequest(streamId: number): void {
    this.send(frameTypes.data, flags.endStream, streamId, Buffer.alloc(5));
  }

  ping(): void {
    this.send(frameTypes.ping, 0, 0, Buffer.alloc(8));
  }

  send(type: number, flag: number, streamId: number, payload: Uint8Array): void {
    const header = Buffer.alloc(frameHeaderByteCount);
    header.writeUIntBE(payload.length, 0, 3);
    header.writeUInt8(type, 3);
    header.writeUInt8(flag, 4);
    header.writeUInt32BE(streamId, 5);
    this.#socket.write(Buffer.concat([header, payload]));
  }

  /** Those that have come of one type. */
  framesOf(type: number): RawFrame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  /** Resolves when one that fits has come; a test's own time bounds the wait. */
  async once(fits: (frame: RawFrame) => boolean): Promise<RawFrame> {
    for (;;) {
      const found = this.frames.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    while (this.#unread.length >= frameHeaderByteCount) {
      const end = frameHeaderByteCount + this.#unread.readUIntBE(0, 3);
      if (this.#unread.length < end) break;
      const type = this.#unread.readUInt8(3);
      const streamId = this.#unread.readUInt32BE(5);
      const payload = this.#unread.subarray(frameHeaderByteCount, end);
      this.frames.push({ type, streamId, payload });
      this.#unread = this.#unread.subarray(end);
    }
    this.#notify();
  }
}

/** A header block of literals, never indexed, without Huffman's code. */
function literal(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]));
}

function text(value: string): Buffer {
  return Buffer.concat([lengthOf(value.length), Buffer.from(value)]);
}

/** HPACK's integers with a prefix of seven bits. */
function lengthOf(length: number): Buffer {
  if (length < 127) return Buffer.of(length);
  const bytes = [127];
  let rest = length - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.of(...bytes, rest);
}

/** What a GOAWAY says. */
export function goAwayOf({ payload }: RawFrame) {
  return {
    lastStreamId: payload.readUInt32BE(0),
    code: payload.readUInt32BE(4),
    reason: payload.subarray(8).toString(),
  };
}
