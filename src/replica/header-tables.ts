import {
  type Http2Server,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
  type ServerStreamResponseOptions,
  sensitiveHeaders,
} from "node:http2";

/** What Bun 1.4.5 compresses answers with, whatever its peer has said. */
const tableBytes = 4096;

/**
 * Answers a peer that keeps a smaller table of header fields than Bun presumes without any: it
 * could not look up what Bun refers to. nginx keeps none, so nearly every call through it failed
 * (`upstream sent invalid http2 table index`).
 */
export function respectHeaderTables(server: Http2Server): void {
  server.prependListener("stream", (stream: ServerHttp2Stream) => {
    const { headerTableSize = tableBytes } = stream.session?.remoteSettings ?? {};
    if (headerTableSize < tableBytes) answerWithoutTable(stream);
  });
}

/** What grpc-js calls of a stream in order to send headers. */
interface Answering {
  respond(headers?: OutgoingHttpHeaders, options?: ServerStreamResponseOptions): void;
  sendTrailers(trailers: OutgoingHttpHeaders): void;
}

function answerWithoutTable(stream: Answering): void {
  const respond = stream.respond.bind(stream);
  const sendTrailers = stream.sendTrailers.bind(stream);
  stream.respond = (headers, options) => respond(withoutTable(headers), options);
  stream.sendTrailers = (trailers) => sendTrailers(withoutTable(trailers));
}

/** What is marked as sensitive never enters a table. Bun itself adds the date. */
function withoutTable(headers: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  return { ...headers, [sensitiveHeaders]: [...Object.keys(headers), "date"] };
}
