import { afterEach, beforeEach } from "bun:test";
import { Metadata, Server, ServerCredentials, status } from "@grpc/grpc-js";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import type { Channel, ChannelState, StreamCall, UnaryCall } from "../../src/rpc/channel.ts";
import { openHttp2Channel } from "../../src/rpc/http2-channel.ts";
import { channelOpener } from "../../src/rpc/tls-client.ts";
import { type Identity, loopbackNames, rootsOf, TestAuthority } from "./certificates.ts";
import { openGrpcChannel } from "./grpc-channel.ts";
import { type RawServer, type RawServerScript, startRawServer } from "./raw-http2-server.ts";

const authority = new TestAuthority();
const serverIdentity = authority.issue({ commonName: "server", names: loopbackNames });
const openTlsChannel = channelOpener({
  roots: rootsOf(authority),
  identity: undefined,
  skipVerify: false,
  serverName: undefined,
});

/**
 * Every case of the contract runs over both. Where grpc-js cannot keep the contract, the case asks
 * `isHttp2` and says what grpc-js does instead.
 */
export const implementations = [
  { name: "openHttp2Channel()", openChannel: openHttp2Channel, isHttp2: true, isTls: false },
  { name: "openGrpcChannel()", openChannel: openGrpcChannel, isHttp2: false, isTls: false },
] as const;

/** The same and TLS; whoever tests it says servedFor() within its describe(). */
export const allImplementations = [
  ...implementations,
  { name: "channelOpener() with TLS", openChannel: openTlsChannel, isHttp2: true, isTls: true },
] as const;

export type Implementation = (typeof allImplementations)[number];

/** Whom the servers of the case under way are; undefined: they speak plain text. */
let identity: Identity | undefined;

/** Within a describe(): its servers speak as the implementation under test does. */
export function servedFor({ isTls }: Implementation): void {
  beforeEach(() => {
    identity = isTls ? serverIdentity : undefined;
  });
  afterEach(() => {
    identity = undefined;
  });
}

/** Of a server of the case under way. */
export function serverCredentials(): ServerCredentials {
  if (identity === undefined) return ServerCredentials.createInsecure();
  const pair = { private_key: Buffer.from(identity.key), cert_chain: Buffer.from(identity.cert) };
  return ServerCredentials.createSsl(null, [pair]);
}

const raw = (bytes: Buffer) => bytes;
export const echoPath = "/test.Echo/Call";
export const countPath = "/test.Echo/Count";
export const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

type Answer = (
  error: { code: number; details: string; metadata?: Metadata } | null,
  response?: Buffer,
  trailer?: Metadata,
) => void;

/** What a server of ours saw of its callers. */
export interface Seen {
  readonly metadata: Metadata[];
  /** Whence each call came: one for each connection. */
  readonly peers: string[];
  readonly remainingMs: number[];
  cancelledCount: number;
  writtenCount: number;
}

interface EchoCall {
  readonly request: Buffer;
  readonly metadata: Metadata;
  getDeadline(): Date | number;
  getPeer(): string;
}

interface CountCall extends EchoCall {
  write(message: Buffer): boolean;
  end(): void;
  on(event: "drain" | "cancelled", listener: () => void): void;
}

function answerEcho(seen: Seen, call: EchoCall, answer: Answer): void {
  seen.metadata.push(call.metadata);
  seen.peers.push(call.getPeer());
  seen.remainingMs.push(Number(call.getDeadline()) - Date.now());
  // An empty request is never answered; one that begins with 0 is rejected.
  if (call.request.length === 0) return;
  if (call.request[0] !== 0) {
    answer(null, call.request);
    return;
  }
  const metadata = new Metadata();
  if (call.request[1] !== undefined)
    metadata.set("grpc-retry-pushback-ms", `${call.request.readInt8(1)}`);
  answer({ code: status.NOT_FOUND, details: "no zero: é % 日\n", metadata });
}

/** As many messages as the request says, of as many bytes each; honours flow control. */
function answerCount(seen: Seen, call: CountCall): void {
  const messageCount = call.request.readUInt32BE(0);
  const byteCount = call.request.readUInt32BE(4);
  let isGone = false;
  call.on("cancelled", () => {
    isGone = true;
    seen.cancelledCount++;
  });
  let index = 0;
  const write = () => {
    while (index < messageCount && !isGone) {
      const message = Buffer.alloc(Math.max(byteCount, 4));
      message.writeUInt32BE(index++);
      seen.writtenCount = index;
      if (!call.write(message)) return;
    }
    if (!isGone) call.end();
  };
  call.on("drain", write);
  write();
}

const definition = (path: string, responseStream: boolean) => ({
  path,
  requestStream: false,
  responseStream,
  requestSerialize: raw,
  requestDeserialize: raw,
  responseSerialize: raw,
  responseDeserialize: raw,
});

export async function serve(at: { port?: number; host?: string; maxStreams?: number } = {}) {
  const seen: Seen = {
    metadata: [],
    peers: [],
    remainingMs: [],
    cancelledCount: 0,
    writtenCount: 0,
  };
  const options =
    at.maxStreams === undefined ? {} : { "grpc.max_concurrent_streams": at.maxStreams };
  const server = new Server(options);
  server.addService(
    { call: definition(echoPath, false), count: definition(countPath, true) },
    {
      call: (call: EchoCall, answer: Answer) => answerEcho(seen, call, answer),
      count: (call: CountCall) => answerCount(seen, call),
    },
  );
  const address = `${at.host ?? "127.0.0.1"}:${at.port ?? 0}`;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, serverCredentials(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const stop = () => server.forceShutdown();
  cleanups.push(stop);
  return { port, stop, seen };
}

export async function serveRaw(script: RawServerScript): Promise<RawServer> {
  const server = await startRawServer(script, identity);
  cleanups.push(server.stop);
  return server;
}

export function within(condition: () => boolean, withinMs = 5000): Promise<boolean> {
  return waitUntil(systemClock, condition, { withinMs, everyMs: 2 });
}

export function reaches(channel: Channel, state: ChannelState): Promise<boolean> {
  return within(() => channel.state === state);
}

/** A channel of the implementation under test, closed after the test. */
export function open(implementation: Implementation, port: number, host = "127.0.0.1"): Channel {
  const channel = implementation.openChannel({ host, port });
  cleanups.push(() => channel.close());
  return channel;
}

/** The call of `bytes` for an echo, or whatever else is said. */
export function echo(bytes: readonly number[], other: Partial<UnaryCall> = {}): UnaryCall {
  return { path: echoPath, request: new Uint8Array(bytes), timeoutMs: 5000, ...other };
}

/** The call of `messages`, one after the other. */
export function exchange(path: string, messages: readonly (readonly number[])[]): StreamCall {
  return { path, requests: messages.map((bytes) => new Uint8Array(bytes)), timeoutMs: 5000 };
}

/** The call for `messageCount` messages of `byteCount` bytes. */
export function count(messageCount: number, byteCount = 4): StreamCall {
  const request = Buffer.alloc(8);
  request.writeUInt32BE(messageCount, 0);
  request.writeUInt32BE(byteCount, 4);
  return { path: countPath, requests: [request], timeoutMs: 20_000 };
}
