import { localTimestamp, utcTimestamp } from "../base/local-time.ts";
import { threeDigits } from "../base/three-digits.ts";
import { formatLine, formatValue, type Pairs } from "./line.ts";
import type {
  AttemptRecord,
  ExecutionRecord,
  FlowRecord,
  GapRecord,
  LedgerRecord,
  OkRecord,
  RequestRecord,
  RunRecord,
  StreamRecord,
  TickRecord,
} from "./record.ts";

/** The record as one ledger line, without its line end. */
export function encodeRecord(record: LedgerRecord): string {
  return record.kind === "ok" ? okLine(record) : formatLine(record.tUs, pairsOf(record));
}

/**
 * Nearly every line of a load is one of these, so it is spelled without the detour by way of pairs.
 * `latency_ms=` stands on no other client line: the original guide's script counts it as success.
 */
function okLine(record: OkRecord): string {
  return (
    `${localTimestamp(record.tUs)} endpoint=${formatValue(record.endpoint)} ` +
    `latency_ms=${formatMs(record.latencyUs)} request=${formatValue(record.request)} ` +
    `attempts=${record.attempts} service_ms=${formatMs(record.serviceUs)} ` +
    `lag_ms=${formatMs(record.lagUs)}${answerText(record)} t_us=${record.tUs}`
  );
}

/** What few answers have. */
function answerText({ messages, firstUs, status }: OkRecord): string {
  const statusText = status === undefined ? "" : ` status=${formatValue(status)}`;
  if (messages === undefined) return statusText;
  const firstText = firstUs === undefined ? "" : ` first_ms=${formatMs(firstUs)}`;
  return `${statusText}${firstText} messages=${messages}`;
}

/** Configuration and totals are spread into the line under these prefixes. */
export const configPrefix = "config.";
export const totalPrefix = "total.";

/** Three decimals: microseconds, exactly. Spans up to half an hour are whole numbers of 32 bits. */
export function formatMs(spanUs: number): string {
  if ((spanUs | 0) !== spanUs || spanUs < 0) return (spanUs / 1000).toFixed(3);
  const wholeMs = (spanUs / 1000) | 0;
  return `${wholeMs}.${threeDigits(spanUs - wholeMs * 1000)}`;
}

function pairsOf(record: Exclude<LedgerRecord, OkRecord>): Pairs {
  switch (record.kind) {
    case "run":
      return runPairs(record);
    case "end":
      return [
        ["end", record.run],
        ["reason", record.reason],
        ...prefixed(totalPrefix, record.totals),
      ];
    case "attempt":
    case "request":
      return requestPairs(record);
    case "replica":
      return [
        ["replica", record.endpoint],
        ["state", record.state],
        ["cause", record.cause],
        ["run", record.run],
      ];
    case "tick":
      return tickPairs(record);
    case "execution":
      return executionPairs(record);
    case "fault":
      return [
        ["fault", record.fault],
        ["phase", record.phase],
        ["port", record.port],
        ["pid", record.pid],
        ["process", record.process],
        ["run", record.run],
      ];
    case "restart":
      return [
        ["restart", record.endpoint],
        ["by", record.by],
        ["pid", record.pid],
        ["after", record.after],
        ["run", record.run],
      ];
    case "stream":
    case "gap":
    case "flow":
      return streamPairs(record);
  }
}

function runPairs(record: RunRecord): Pairs {
  return [
    ["run", record.run],
    ["command", record.command],
    ["version", record.version],
    ["pid", record.pid],
    ["host", record.host],
    ["boot", record.boot],
    ["utc_offset", record.utcOffset],
    ["seed", record.seed],
    ...prefixed(configPrefix, record.config),
  ];
}

function requestPairs(record: AttemptRecord | RequestRecord): Pairs {
  switch (record.kind) {
    case "attempt":
      return [
        ["endpoint", record.endpoint],
        ["error", record.error],
        ["request", record.request],
        ["attempt", record.attempt],
        ["ended", record.ended],
        ["service_ms", formatMs(record.serviceUs)],
        ["detail", record.detail],
      ];
    case "request":
      return [
        ["request", record.request],
        ["outcome", record.outcome],
        ["attempts", record.attempts],
        ["endpoint", record.endpoint],
        ["elapsed_ms", formatMs(record.elapsedUs)],
        ["lag_ms", formatMs(record.lagUs)],
        ["detail", record.detail],
      ];
  }
}

function tickPairs(record: TickRecord): Pairs {
  return [
    ["tick", record.second],
    ["scheduled", record.scheduled],
    ["not_sent", record.notSent],
    ["refused", record.refused],
    ["in_flight", record.inFlight],
    ["lag_max_ms", formatMs(record.lagMaxUs)],
    ["attempt_timeout_ms", formatMs(record.attemptTimeoutUs)],
    ["run", record.run],
  ];
}

function executionPairs(record: ExecutionRecord): Pairs {
  const durationKey = record.code === "OK" ? "latency_ms" : "duration_ms";
  return [
    ["request_ts", utcTimestamp(record.tUs)],
    [durationKey, formatMs(record.durationUs)],
    ["code", record.code],
    ["found", record.found],
    ["visited", record.visited],
    ["request", record.request],
    ["attempt", record.attempt],
  ];
}

/** Of a gap the status is not spelled `error=`, which stands for a failed attempt of a request. */
function streamPairs(record: StreamRecord | GapRecord | FlowRecord): Pairs {
  switch (record.kind) {
    case "stream":
      return [
        ["stream", record.stream],
        ["outcome", record.outcome],
        ["endpoint", record.endpoint],
        ["attempts", record.attempts],
        ["elapsed_ms", formatMs(record.elapsedUs)],
        ["items", record.items],
        ["detail", record.detail],
      ];
    case "gap":
      return [
        ["gap", record.stream],
        ["gap_ms", formatMs(record.gapUs)],
        ["items", record.items],
        ["from", record.from],
        ["to", record.to],
        ["status", record.error],
        ["detail", record.detail],
      ];
    case "flow":
      return [
        ["flow", record.second],
        ["open", record.open],
        ["items", record.items],
        ["run", record.run],
      ];
  }
}

function prefixed(prefix: string, entries: Readonly<Record<string, string>>): Pairs {
  return Object.entries(entries).map(([key, value]) => [prefix + key, value] as const);
}
