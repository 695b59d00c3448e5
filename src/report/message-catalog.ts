import { type Figure, figure, more, rate, span } from "./figure-kinds.ts";

const noStreams = "no request was answered by a stream";

const quantiles = [
  ["p50", "p50Ms"],
  ["p95", "p95Ms"],
  ["p99", "p99Ms"],
  ["p99.9", "p999Ms"],
  ["max", "maxMs"],
  ["mean", "meanMs"],
] as const;

/** The figures of answers that are streams. */
export const messageFigureCatalog: readonly Figure[] = [
  figure(
    "messages",
    more("messages that requests were answered by"),
    ({ messages }) => messages?.total ?? null,
    noStreams,
  ),
  figure(
    "message_rate",
    rate("messages a second that requests were answered by"),
    ({ messages }) => messages?.messagesPerSecond ?? null,
    noStreams,
  ),
  ...quantiles.map(([quantile, key]) =>
    figure(
      `first_${quantile}`,
      span(`attempt sent to first message, ${quantile === "max" ? "the worst" : quantile}`),
      ({ messages }) => messages?.first[key] ?? null,
      noStreams,
    ),
  ),
];
