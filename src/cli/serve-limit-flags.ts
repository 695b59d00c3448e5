import { limits } from "../base/limits.ts";
import { defaultServeLimits, type ServeLimits } from "../replica/serve-limits.ts";
import * as flags from "./flags.ts";

const count = { valueHint: "N", min: 1, max: limits.serveCountMax };
const time = { minMs: 1, maxMs: limits.serveTimeMaxMs };

/** What `serve` allows its clients. */
export const serveLimitFlags = flags.grouped("LIMITS", {
  maxMessageSize: flags.byteCount.withDefault({
    description: "Of a message, either way; a larger one: RESOURCE_EXHAUSTED",
    default: "4MiB",
    min: limits.serveMessageMinBytes,
    max: limits.serveMessageMaxBytes,
  }),
  maxConcurrentStreams: flags.wholeNumber.withDefault({
    description: "Calls open at once on one connection; announced, one more is a refused stream",
    ...{ ...count, default: String(defaultServeLimits.streamMaxCount) },
  }),
  maxConnections: flags.wholeNumber.withDefault({
    description: "Connections open at once; one more is closed by GOAWAY, nothing of it executed",
    ...{ ...count, default: String(defaultServeLimits.connectionMaxCount) },
  }),
  maxConnectionIdle: flags.duration.withDefault({
    description: "A connection without a call for so long is closed by GOAWAY",
    ...{ ...time, default: "30m" },
  }),
  maxRequestTime: flags.duration.withDefault({
    description:
      "From the headers of a call to its answer, or, of one answered by a stream, to the end of " +
      "its request; then: DEADLINE_EXCEEDED, and its search stops",
    ...{ ...time, default: "10m" },
  }),
  maxQueue: flags.wholeNumber.withDefault({
    description: "Searches that wait for their turn; one more: RESOURCE_EXHAUSTED with pushback",
    ...{ ...count, min: 0, default: String(defaultServeLimits.queueMaxCount) },
  }),
  maxTraversals: flags.wholeNumber.withDefault({
    description: "Traversals under way at once; one more: RESOURCE_EXHAUSTED with pushback",
    ...{ ...count, default: String(defaultServeLimits.traversalMaxCount) },
  }),
  minPingInterval: flags.duration.withDefault({
    description:
      "Pings that come sooner, three in a row, while nothing else is sent: GOAWAY " +
      "too_many_pings; 0: any rate",
    ...{ ...time, minMs: 0, default: "100ms" },
  }),
  maxHeaderSize: flags.byteCount.withDefault({
    description: "Of a call's headers, as HTTP/2 counts; announced, a larger one is reset",
    default: String(defaultServeLimits.headerListMaxBytes),
    min: limits.serveHeaderListFlagMinBytes,
    max: limits.serveHeaderListFlagMaxBytes,
  }),
  maxHeaders: flags.wholeNumber.withDefault({
    description: "Fields of a call's headers; one with more is reset",
    valueHint: "N",
    default: String(defaultServeLimits.headerMaxCount),
    min: limits.serveHeaderFlagMinCount,
    max: limits.serveHeaderFlagMaxCount,
  }),
});

type ServeLimitValues = flags.FlagValues<typeof serveLimitFlags>;

export function serveLimitsOf(values: ServeLimitValues): ServeLimits {
  return {
    messageMaxBytes: values.maxMessageSize,
    streamMaxCount: values.maxConcurrentStreams,
    connectionMaxCount: values.maxConnections,
    idleMaxMs: values.maxConnectionIdle,
    requestMaxMs: values.maxRequestTime,
    queueMaxCount: values.maxQueue,
    traversalMaxCount: values.maxTraversals,
    pingIntervalMinMs: values.minPingInterval,
    headerListMaxBytes: values.maxHeaderSize,
    headerMaxCount: values.maxHeaders,
  };
}

/** How each is typed, and written in the header of a ledger. */
const spellings: Readonly<Record<keyof ServeLimits, { flag: string; unit: string }>> = {
  messageMaxBytes: { flag: "max-message-size", unit: "" },
  streamMaxCount: { flag: "max-concurrent-streams", unit: "" },
  connectionMaxCount: { flag: "max-connections", unit: "" },
  idleMaxMs: { flag: "max-connection-idle", unit: "ms" },
  requestMaxMs: { flag: "max-request-time", unit: "ms" },
  queueMaxCount: { flag: "max-queue", unit: "" },
  traversalMaxCount: { flag: "max-traversals", unit: "" },
  pingIntervalMinMs: { flag: "min-ping-interval", unit: "ms" },
  headerListMaxBytes: { flag: "max-header-size", unit: "" },
  headerMaxCount: { flag: "max-headers", unit: "" },
};

/** Those that are not as usual, with what is typed for them. */
function unusual(asked: ServeLimits): { readonly flag: string; readonly text: string }[] {
  const keys = Object.keys(spellings) as (keyof ServeLimits)[];
  return keys
    .filter((key) => asked[key] !== defaultServeLimits[key])
    .map((key) => ({ flag: spellings[key].flag, text: `${asked[key]}${spellings[key].unit}` }));
}

/** The flags that say the same to another `dfs serve`. */
export function limitArguments(asked: ServeLimits): readonly string[] {
  return unusual(asked).flatMap(({ flag, text }) => [`--${flag}`, text]);
}

/** The same for the header of a ledger. */
export function limitConfig(asked: ServeLimits): Readonly<Record<string, string>> {
  const entries = unusual(asked).map(
    ({ flag, text }) => [flag.replaceAll("-", "_"), text] as const,
  );
  return Object.fromEntries(entries);
}
