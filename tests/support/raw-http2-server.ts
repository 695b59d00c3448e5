import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Identity } from "./certificates.ts";

/** The frames of HTTP/2 that a scripted peer reads and sends (RFC 9113, section 6). */
export const frameTypes = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
} as const;

const flags = { endStream: 1, ack: 1, endHeaders: 4 } as const;
const prefaceByteCount = 24;
const frameHeaderByteCount = 9;
const maxConcurrentStreamsSetting = 3;

export interface RawFrame {
  readonly type: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** One connection of a peer that says exactly what a test wants, right or wrong. */
export class RawPeer {
  readonly socket: Socket;
  readonly frames: RawFrame[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** The error codes of the RST_STREAM frames that came, by stream. */
  get resets(): readonly (readonly [number, number])[] {
    return this.frames
      .filter(({ type }) => type === frameTypes.resetStream)
      .map(({ streamId, payload }) => [streamId, payload.readUInt32BE(0)] as const);
  }

  sendSettings(maxConcurrentStreams?: number): void {
    const payload = Buffer.alloc(maxConcurrentStreams === undefined ? 0 : 6);
    if (maxConcurrentStreams !== undefined) {
      payload.writeUInt16BE(maxConcurrentStreamsSetting, 0);
      payload.writeUInt32BE(maxConcurrentStreams, 2);
    }
    this.#send(frameTypes.settings, 0, 0, payload);
  }

  /** Headers, or trailers; literal, so that no table of HPACK is needed. */
  sendHeaders(streamId: number, headers: Readonly<Record<string, string>>, isLast = false): void {
    const fields = Object.entries(headers).flatMap(([key, value]) => [
      Buffer.from([0, key.length]),
      Buffer.from(key),
      Buffer.from([value.length]),
      Buffer.from(value),
    ]);
    const flag = flags.endHeaders | (isLast ? flags.endStream : 0);
    this.#send(frameTypes.headers, flag, streamId, Buffer.concat(fields));
  }

  sendData(streamId: number, bytes: readonly number[] | Uint8Array, isLast = false): void {
    const payload = Buffer.from(bytes);
    this.#send(frameTypes.data, isLast ? flags.endStream : 0, streamId, payload);
  }

  resetStream(streamId: number, errorCode: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(errorCode);
    this.#send(frameTypes.resetStream, 0, streamId, payload);
  }

  goAway(lastStreamId: number, errorCode = 0): void {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(lastStreamId, 0);
    payload.writeUInt32BE(errorCode, 4);
    this.#send(frameTypes.goAway, 0, 0, payload);
  }

  /** The whole answer of a unary call. */
  answer(streamId: number, message: readonly number[] = []): void {
    this.sendHeaders(streamId, answerHeaders);
    this.sendData(streamId, [0, 0, 0, 0, message.length, ...message]);
    this.sendHeaders(streamId, { "grpc-status": "0" }, true);
  }

  acknowledgeSettings(): void {
    this.#send(frameTypes.settings, flags.ack, 0, Buffer.alloc(0));
  }

  #send(type: number, flag: number, streamId: number, payload: Buffer): void {
    const header = Buffer.alloc(frameHeaderByteCount);
    header.writeUIntBE(payload.length, 0, 3);
    header.writeUInt8(type, 3);
    header.writeUInt8(flag, 4);
    header.writeUInt32BE(streamId, 5);
    this.socket.write(Buffer.concat([header, payload]));
  }
}

export const answerHeaders = { ":status": "200", "content-type": "application/grpc" } as const;

export interface RawServerScript {
  /** What it says first; default: SETTINGS. */
  readonly onConnection?: (peer: RawPeer) => void;
  /** A call came: the headers of a stream, whose body may still be on its way. */
  readonly onCall?: (peer: RawPeer, streamId: number) => void;
}

export interface RawServer {
  readonly port: number;
  readonly peers: readonly RawPeer[];
  /** Stops listening; open connections stay. */
  refuseConnections(): void;
  stop(): void;
}

/** A server on the loopback that speaks HTTP/2 by script; with an identity over TLS. */
export async function startRawServer(
  script: RawServerScript,
  identity?: Identity,
): Promise<RawServer> {
  const peers: RawPeer[] = [];
  const onSocket = (socket: Socket) => {
    const peer = new RawPeer(socket);
    peers.push(peer);
    // Its client may go at any time; that is the test's business, not the server's.
    socket.on("error", () => socket.destroy());
    if (script.onConnection === undefined) peer.sendSettings();
    else script.onConnection(peer);
    readFrames(peer, script);
  };
  const server =
    identity === undefined
      ? createServer(onSocket)
      : createTlsServer({ ...identity, ALPNProtocols: ["h2"] }, onSocket);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.close();
    for (const { socket } of peers) socket.destroy();
  };
  return { port, peers, refuseConnections: () => server.close(), stop };
}

function readFrames(peer: RawPeer, script: RawServerScript): void {
  let unread = Buffer.alloc(0);
  let skipByteCount = prefaceByteCount;
  peer.socket.on("data", (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    if (unread.length < skipByteCount) return;
    unread = unread.subarray(skipByteCount);
    skipByteCount = 0;
    while (unread.length >= frameHeaderByteCount) {
      const end = frameHeaderByteCount + unread.readUIntBE(0, 3);
      if (unread.length < end) return;
      const type = unread.readUInt8(3);
      const streamId = unread.readUInt32BE(5);
      const isAck = (unread.readUInt8(4) & flags.ack) !== 0;
      const payload = Buffer.from(unread.subarray(frameHeaderByteCount, end));
      unread = unread.subarray(end);
      peer.frames.push({ type, streamId, payload });
      if (type === frameTypes.settings && !isAck) peer.acknowledgeSettings();
      if (type === frameTypes.headers) script.onCall?.(peer, streamId);
    }
  });
}
