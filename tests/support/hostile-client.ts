import { connect, type Socket } from "node:net";
import { systemClock, waitUntil } from "../../src/base/clock.ts";

/** The types of HTTP/2 frames (RFC 9113, section 6). */
export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const frameFlags = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;
export const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const frameHeaderByteCount = 9;
const headerTableSizeSetting = 1;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(frameHeaderByteCount);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(streamId >>> 0, 5);
  return Buffer.concat([header, payload]);
}

/** A SETTINGS frame. */
export function settings(entries: readonly (readonly [id: number, value: number])[] = []): Buffer {
  const payload = Buffer.alloc(entries.length * 6);
  for (const [index, [id, value]] of entries.entries()) {
    payload.writeUInt16BE(id, index * 6);
    payload.writeUInt32BE(value >>> 0, index * 6 + 2);
  }
  return frame(frameTypes.settings, 0, 0, payload);
}

export const noHeaderTable = settings([[headerTableSizeSetting, 0]]);

/** An integer of HPACK behind `pattern` (RFC 7541, section 5.1). */
export function hpackInteger(value: number, prefixBitCount: number, pattern = 0): number[] {
  const full = 2 ** prefixBitCount - 1;
  if (value < full) return [pattern | value];
  const bytes = [pattern | full];
  let rest = value - full;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

function hpackString(text: string | Uint8Array): Buffer {
  const bytes = Buffer.from(text as string);
  return Buffer.concat([Buffer.from(hpackInteger(bytes.length, 7)), bytes]);
}

/** One header field, literal, so that no table is needed. */
export function headerField(name: string | Uint8Array, value: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0]), hpackString(name), hpackString(value)]);
}

export type HeaderList = Readonly<Record<string, string | Uint8Array>>;

/** The header block of a call; `more` replaces fields, and adds others. */
export function callHeaders(path: string, more: HeaderList = {}): Buffer {
  const fields: HeaderList = {
    ":method": "POST",
    ":scheme": "http",
    ":path": path,
    ":authority": "localhost",
    te: "trailers",
    "content-type": "application/grpc",
    ...more,
  };
  return Buffer.concat(Object.entries(fields).map(([name, value]) => headerField(name, value)));
}

/** A gRPC message behind its prefix. */
export function grpcMessage(message: Uint8Array, flag = 0, length = message.length): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag, 0);
  prefix.writeUInt32BE(length >>> 0, 1);
  return Buffer.concat([prefix, message]);
}

/** The frames of one unary call. */
export function call(streamId: number, path: string, message: Uint8Array = Buffer.alloc(0)) {
  const { endHeaders, endStream } = frameFlags;
  return Buffer.concat([
    frame(frameTypes.headers, endHeaders, streamId, callHeaders(path)),
    frame(frameTypes.data, endStream, streamId, grpcMessage(message)),
  ]);
}

/** A client that says exactly what a test wants, right or wrong, and acknowledges nothing. */
export class HostileClient implements Disposable {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  /** Such as ECONNRESET. */
  error: string | undefined;
  isClosed = false;
  #unread = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", (error) => {
      this.error = "code" in error ? String(error.code) : error.message;
    });
    socket.on("close", () => {
      this.isClosed = true;
    });
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  /** Connected, or failed: `error` says so. */
  static async connect(port: number): Promise<HostileClient> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const client = new HostileClient(socket);
    await new Promise<void>((resolve) => {
      socket.on("connect", resolve);
      socket.on("close", () => resolve());
    });
    return client;
  }

  say(...what: readonly Uint8Array[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(what));
  }

  /** Resolves when the socket has taken it, or is closed. */
  async sayAll(what: Uint8Array): Promise<void> {
    const { socket } = this;
    if (socket.destroyed || socket.write(what)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        socket.off("drain", done);
        socket.off("close", done);
        resolve();
      };
      socket.on("drain", done);
      socket.on("close", done);
    });
  }

  of(type: number): Frame[] {
    return this.frames.filter((received) => received.type === type);
  }

  /** Whether `condition` came to hold. */
  async until(condition: () => boolean, withinMs = 5000): Promise<boolean> {
    return await waitUntil(systemClock, condition, { withinMs, everyMs: 2 });
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    while (this.#unread.length >= frameHeaderByteCount) {
      const end = frameHeaderByteCount + this.#unread.readUIntBE(0, 3);
      if (this.#unread.length < end) return;
      this.frames.push({
        type: this.#unread.readUInt8(3),
        flags: this.#unread.readUInt8(4),
        streamId: this.#unread.readUInt32BE(5),
        payload: Buffer.from(this.#unread.subarray(frameHeaderByteCount, end)),
      });
      this.#unread = this.#unread.subarray(end);
    }
  }
}
