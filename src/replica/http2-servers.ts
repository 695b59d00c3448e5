import type { Http2Server } from "node:http2";
import type { Server } from "@grpc/grpc-js";

const maker = "createHttp2Server";

/**
 * Hands each HTTP/2 server that grpc-js makes for `server` to `take`, before it listens: grpc-js
 * has no public way to them. Throws when a version of grpc-js makes them otherwise.
 */
export function onHttp2Server(server: Server, take: (made: Http2Server) => void): void {
  const make: unknown = Reflect.get(server, maker);
  if (typeof make !== "function") throw new Error(`grpc-js has no ${maker}() any more`);
  Reflect.set(server, maker, (...given: unknown[]) => {
    const made: Http2Server = Reflect.apply(make, server, given);
    take(made);
    return made;
  });
}
