import {
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";

/** What passed for one call. */
export interface PassedCall {
  readonly request: IncomingHttpHeaders;
  headers: IncomingHttpHeaders;
  trailers: IncomingHttpHeaders;
}

export interface RecordingProxy extends AsyncDisposable {
  readonly port: number;
  readonly calls: readonly PassedCall[];
}

/** Passes HTTP/2 calls on to `port` as they are, and keeps their header fields. */
export async function startRecordingProxy(port: number): Promise<RecordingProxy> {
  const calls: PassedCall[] = [];
  const upstream = connect(`http://127.0.0.1:${port}`);
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream, request: IncomingHttpHeaders) => {
    const passed: PassedCall = { request, headers: {}, trailers: {} };
    calls.push(passed);
    const call = upstream.request(request);
    stream.pipe(call);
    call.on("response", (headers) => {
      passed.headers = headers;
      stream.respond(headers, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers(passed.trailers));
      call.pipe(stream);
    });
    call.on("trailers", (trailers) => {
      passed.trailers = trailers;
    });
    call.on("error", () => stream.close());
    stream.on("error", () => call.close());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    [Symbol.asyncDispose]: () => {
      upstream.destroy();
      server.close();
      return Promise.resolve();
    },
  };
}
