import { limits } from "../base/limits.ts";

/** What a replica allows its clients. */
export interface ServeLimits {
  /** Of one message, of a request or of an answer. */
  readonly messageMaxBytes: number;
  /** Calls open at once on one connection. */
  readonly streamMaxCount: number;
  readonly connectionMaxCount: number;
  /** From a call's headers to its answer, or to the end of its request when it answers a stream. */
  readonly requestMaxMs: number;
  /** Searches that wait for their turn. */
  readonly queueMaxCount: number;
  /** Traversals under way at once. */
  readonly traversalMaxCount: number;
  /** Between two pings of a connection that nothing else is sent on. */
  readonly pingIntervalMinMs: number;
  /** Of a connection without an open call. */
  readonly idleMaxMs: number;
  /** Fields of a call's headers, and their bytes as SETTINGS_MAX_HEADER_LIST_SIZE counts them. */
  readonly headerMaxCount: number;
  readonly headerListMaxBytes: number;
}

export const defaultServeLimits: ServeLimits = {
  messageMaxBytes: limits.messageMaxBytes,
  streamMaxCount: limits.serveStreamMaxCount,
  connectionMaxCount: limits.serveConnectionMaxCount,
  requestMaxMs: limits.serveRequestMaxMs,
  queueMaxCount: limits.searchQueueMaxCount,
  traversalMaxCount: limits.traversalMaxCount,
  pingIntervalMinMs: limits.servePingIntervalMinMs,
  idleMaxMs: limits.serveIdleMaxMs,
  headerMaxCount: limits.serveHeaderMaxCount,
  headerListMaxBytes: limits.serveHeaderListMaxBytes,
};
