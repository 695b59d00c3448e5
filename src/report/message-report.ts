import type { LatencyQuantiles } from "./latency-quantiles.ts";

/** Of the requests that ended ok and whose answers are streams. */
export interface MessageFigures {
  /** How many requests these are. */
  readonly answers: number;
  /** Messages that they were answered by. */
  readonly total: number;
  /** Over the time that the load held. */
  readonly messagesPerSecond: number | null;
  /** From the sending of the answering attempt to its first message. */
  readonly first: LatencyQuantiles;
  /** By how much of its value a quantile of these may be off, as in LatencyFigures. */
  readonly errorShare: number;
}
