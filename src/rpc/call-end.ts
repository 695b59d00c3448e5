import { limits } from "../base/limits.ts";
import type { CallEnd } from "./channel.ts";
import { type StatusName, statusName } from "./status.ts";

/** Headers or trailers of an answer, as node:http2 gives them. */
export type AnswerHeaders = Readonly<Record<string, number | string | string[] | undefined>>;

export const pushbackKey = "grpc-retry-pushback-ms";

/** The server's own status, if these headers carry one. */
export function endInHeaders(headers: AnswerHeaders): CallEnd | undefined {
  const code = headers["grpc-status"];
  if (code === undefined) return undefined;
  const pushback = headers[pushbackKey];
  return {
    status: /^\d{1,3}$/.test(String(code)) ? statusName(Number(code)) : "UNKNOWN",
    detail: clipped(percentDecoded(String(headers["grpc-message"] ?? ""))),
    mayHaveExecuted: true,
    isFromPeer: true,
    ...(pushback === undefined ? {} : { pushback: parsePushback(String(pushback)) }),
  };
}

/** A pause in milliseconds; anything else, a negative number too, asks not to retry at all. */
export function parsePushback(text: string): number | "never" {
  return /^\d{1,9}$/.test(text) ? Number(text) : "never";
}

/** Bytes written as `%41` in UTF-8; whatever is no such byte stands for itself. */
function percentDecoded(text: string): string {
  return text.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll("%", ""), "hex").toString("utf8"),
  );
}

/** A peer may say more than anybody should have to read, or a log to keep. */
function clipped(text: string): string {
  const maxLength = limits.peerTextMaxLength;
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

/** gRPC's http-grpc-status-mapping.md. */
const statusByHttp: Readonly<Record<number, StatusName>> = {
  400: "INTERNAL",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "UNIMPLEMENTED",
  429: "UNAVAILABLE",
  502: "UNAVAILABLE",
  503: "UNAVAILABLE",
  504: "UNAVAILABLE",
};

/** The end of a call whose first headers, without a gRPC status, no gRPC server sends. */
export function endOfHttpAnswer(headers: AnswerHeaders): CallEnd | undefined {
  const httpStatus = Number(headers[":status"]);
  const contentType = String(headers["content-type"] ?? "none");
  if (httpStatus === 200 && contentType.startsWith("application/grpc")) return undefined;
  const said = `HTTP status ${httpStatus}, content type ${clipped(contentType)}`;
  const detail = `not an answer of gRPC: ${said}`;
  const status = statusByHttp[httpStatus] ?? "UNKNOWN";
  return { status, detail, mayHaveExecuted: true, isFromPeer: true };
}

interface Reset {
  readonly name: string;
  readonly status: StatusName;
}

/** By HTTP/2 error code; gRPC's PROTOCOL-HTTP2.md, which leaves 5 and 13 open, as grpc-go does. */
const resets: readonly Reset[] = [
  { name: "NO_ERROR", status: "INTERNAL" },
  { name: "PROTOCOL_ERROR", status: "INTERNAL" },
  { name: "INTERNAL_ERROR", status: "INTERNAL" },
  { name: "FLOW_CONTROL_ERROR", status: "INTERNAL" },
  { name: "SETTINGS_TIMEOUT", status: "INTERNAL" },
  { name: "STREAM_CLOSED", status: "INTERNAL" },
  { name: "FRAME_SIZE_ERROR", status: "INTERNAL" },
  { name: "REFUSED_STREAM", status: "UNAVAILABLE" },
  { name: "CANCEL", status: "CANCELLED" },
  { name: "COMPRESSION_ERROR", status: "INTERNAL" },
  { name: "CONNECT_ERROR", status: "INTERNAL" },
  { name: "ENHANCE_YOUR_CALM", status: "RESOURCE_EXHAUSTED" },
  { name: "INADEQUATE_SECURITY", status: "PERMISSION_DENIED" },
  { name: "HTTP_1_1_REQUIRED", status: "INTERNAL" },
];

export const refusedStreamCode = 7;

/** The end of a call whose stream the peer reset. */
export function endOfReset(code: number): CallEnd {
  const { name, status } = resets[code] ?? { name: `error code ${code}`, status: "UNKNOWN" };
  return {
    status,
    detail: `stream reset by the replica: ${name}`,
    mayHaveExecuted: code !== refusedStreamCode,
  };
}

/** The end of a call that never left this process. */
export function endUnsent(status: StatusName, detail: string): CallEnd {
  return { status, detail, mayHaveExecuted: false };
}

/** The end of a call that may have reached the server's code. */
export function endOpen(status: StatusName, detail: string): CallEnd {
  return { status, detail, mayHaveExecuted: true };
}
