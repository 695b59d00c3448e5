import {
  constants,
  type ServerOptions as Http2Options,
  type Http2Server,
  type Http2Stream,
} from "node:http2";
import { Duplex } from "node:stream";
import { Server, type ServerInterceptor, type ServerOptions } from "@grpc/grpc-js";
import { assert } from "../base/errors.ts";
import type { ServeLimits } from "./serve-limits.ts";
import type { ShortTurns } from "./short-turns.ts";

export interface LimitedServerOptions {
  readonly limits: ServeLimits;
  readonly interceptors: ServerInterceptor[];
  /** Told of each HTTP/2 server, one an address, before it listens. */
  readonly onHttp2Server: (server: Http2Server) => void;
  /** Whether calls on this connection are refused, not executed. */
  readonly isRefused: (session: object) => boolean;
  /** In which calls are begun; a connection's at a time. */
  readonly turns: ShortTurns;
}

/** Event of its HTTP/2 servers: a call has come, whose turn is later; told as `stream` is. */
export const callCame = Symbol("call came");

/** Known to Bun and Node.js, not to the types. */
type HeaderOptions = Http2Options & { readonly maxHeaderListPairs: number };

/**
 * A server of grpc-js that keeps to limits of messages, streams, headers and idle connections.
 * grpc-js hands on few options of HTTP/2, and shows nobody its HTTP/2 servers: this is the one
 * place that reaches for what it keeps to itself, and says so at the start if that is no more.
 */
export function limitedServer(options: LimitedServerOptions): Server {
  const { limits, interceptors, onHttp2Server } = options;
  const server = new Server({
    "grpc.max_receive_message_length": limits.messageMaxBytes,
    "grpc.max_send_message_length": limits.messageMaxBytes,
    // Channelz stays on: without it forceShutdown() of grpc-js 1.14 forgets the connections.
    "grpc.max_connection_idle_ms": limits.idleMaxMs,
    interceptors,
  } satisfies ServerOptions);
  const http2Options: unknown = Reflect.get(server, "commonServerOptions");
  const createServer: unknown = Reflect.get(server, "createHttp2Server");
  assert(
    typeof http2Options === "object" && typeof createServer === "function",
    "grpc-js makes its HTTP/2 servers in a way that limits can be put on",
  );
  Object.assign(http2Options ?? {}, {
    maxHeaderListPairs: limits.headerMaxCount,
    settings: {
      maxConcurrentStreams: limits.streamMaxCount,
      maxHeaderListSize: limits.headerListMaxBytes,
    },
  } satisfies HeaderOptions);
  Reflect.set(server, "createHttp2Server", (...args: readonly unknown[]) => {
    const created: Http2Server = createServer.apply(server, args);
    handStreams(created, options);
    created.on("stream", closeOnceAnswered);
    onHttp2Server(created);
    return created;
  });
  return server;
}

/**
 * Nobody hears of a stream on a connection that is refused: grpc-js would execute its call. It goes
 * unanswered, since the GOAWAY has said that it is ignored, and ends with the connection. Of others
 * grpc-js hears in turns, since it answers at once, and a thousand calls come in one go.
 */
function handStreams(server: Http2Server, { isRefused, turns }: LimitedServerOptions): void {
  const emit = server.emit.bind(server);
  server.emit = (event: string | symbol, ...args: unknown[]) => {
    const [stream] = args;
    if (event !== "stream" || !(stream instanceof Duplex)) return emit(event, ...args);
    // One that is reset before anybody listens must not end the process.
    stream.on("error", () => undefined);
    const session: unknown = Reflect.get(stream, "session");
    if (typeof session !== "object" || session === null || isRefused(session)) return true;
    // Here, since one that is reset before its turn is told to nobody else.
    emit(callCame, ...args);
    turns.run(() => {
      if (!stream.destroyed) emit(event, ...args);
    }, session);
    return true;
  };
}

/**
 * A call that is answered before its request has come whole, and will not be read any more, would
 * be kept for as long as its client likes. HTTP/2 has the server reset it, without an error.
 */
function closeOnceAnswered(stream: Http2Stream): void {
  stream.once("finish", () => {
    // One whose request has been read closes by itself, when its reader has taken the answer.
    if (!stream.closed && !stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
  });
}
