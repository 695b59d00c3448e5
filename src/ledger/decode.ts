import { configPrefix, totalPrefix } from "./encode.ts";
import { parseLine } from "./line.ts";
import type { LedgerRecord, ReplicaStateName } from "./record.ts";

/**
 * The record of a ledger line, or undefined when the line is torn, foreign, or of a kind that this
 * version does not know. Keys it does not know are ignored, so newer ledgers stay readable.
 */
export function decodeRecord(line: string): LedgerRecord | undefined {
  const pairs = parseLine(line);
  if (pairs === undefined) return undefined;
  const fields = new Fields(pairs);
  const record = decodeFields(fields);
  return fields.intact ? record : undefined;
}

/** Lines begin with a year of four digits; what comes later is no instant of ours. */
const year10000Us = 253_402_300_800e6;

/** Typed access to a line's pairs; a missing or malformed one spoils the whole record. */
class Fields {
  intact = true;
  readonly #pairs: ReadonlyMap<string, string>;

  constructor(pairs: ReadonlyMap<string, string>) {
    this.#pairs = pairs;
  }

  has(key: string): boolean {
    return this.#pairs.has(key);
  }

  text(key: string): string {
    const value = this.#pairs.get(key);
    if (value === undefined) this.intact = false;
    return value ?? "";
  }

  number(key: string): number {
    const text = this.text(key);
    const value = Number(text);
    if (text === "" || !Number.isFinite(value)) this.intact = false;
    return value;
  }

  instantUs(key: string): number {
    const value = this.number(key);
    if (value < 0 || value >= year10000Us) this.intact = false;
    return value;
  }

  spanUs(key: string): number {
    return Math.round(this.number(key) * 1000);
  }

  oneOf<T extends string>(key: string, values: readonly T[]): T {
    const text = this.text(key);
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) this.intact = false;
    return value ?? (text as T);
  }

  prefixed(prefix: string): Record<string, string> {
    const entries: Record<string, string> = {};
    for (const [key, value] of this.#pairs) {
      if (key.startsWith(prefix)) entries[key.slice(prefix.length)] = value;
    }
    return entries;
  }
}

const replicaStates: readonly ReplicaStateName[] = ["healthy", "suspect", "down", "probing"];

/** Most frequent kinds first; each is known by its leading key. */
function decodeFields(f: Fields): LedgerRecord | undefined {
  const tUs = f.instantUs("t_us");
  if (f.has("request_ts")) return decodeExecution(f, tUs);
  if (f.has("endpoint") && f.has("latency_ms")) return decodeOk(f, tUs);
  if (f.has("stream")) return decodeStream(f, tUs);
  if (f.has("outcome")) return decodeRequest(f, tUs);
  if (f.has("error")) return decodeAttempt(f, tUs);
  if (f.has("tick")) return decodeTick(f, tUs);
  if (f.has("replica")) return decodeReplica(f, tUs);
  if (f.has("fault")) return decodeFault(f, tUs);
  if (f.has("restart")) return decodeRestart(f, tUs);
  if (f.has("flow")) return decodeFlow(f, tUs);
  if (f.has("gap")) return decodeGap(f, tUs);
  if (f.has("end")) return decodeEnd(f, tUs);
  if (f.has("run")) return decodeRun(f, tUs);
  return undefined;
}

function decodeOk(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "ok",
    tUs,
    request: f.text("request"),
    endpoint: f.text("endpoint"),
    latencyUs: f.spanUs("latency_ms"),
    lagUs: f.spanUs("lag_ms"),
    serviceUs: f.spanUs("service_ms"),
    attempts: f.number("attempts"),
    ...(f.has("messages") ? { messages: f.number("messages") } : {}),
    ...(f.has("first_ms") ? { firstUs: f.spanUs("first_ms") } : {}),
    ...(f.has("status") ? { status: f.text("status") } : {}),
  };
}

function decodeAttempt(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "attempt",
    tUs,
    request: f.text("request"),
    endpoint: f.text("endpoint"),
    error: f.text("error"),
    attempt: f.number("attempt"),
    ended: f.oneOf("ended", ["failed", "abandoned", "late"]),
    serviceUs: f.spanUs("service_ms"),
    detail: f.text("detail"),
  };
}

function decodeRequest(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "request",
    tUs,
    request: f.text("request"),
    outcome: f.oneOf("outcome", ["wrong", "failed", "indeterminate"]),
    endpoint: f.text("endpoint"),
    attempts: f.number("attempts"),
    elapsedUs: f.spanUs("elapsed_ms"),
    lagUs: f.spanUs("lag_ms"),
    detail: f.text("detail"),
  };
}

function decodeReplica(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "replica",
    tUs,
    run: f.text("run"),
    endpoint: f.text("replica"),
    state: f.oneOf("state", replicaStates),
    cause: f.text("cause"),
  };
}

function decodeTick(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "tick",
    tUs,
    run: f.text("run"),
    second: f.number("tick"),
    scheduled: f.number("scheduled"),
    notSent: f.number("not_sent"),
    refused: f.number("refused"),
    inFlight: f.number("in_flight"),
    lagMaxUs: f.spanUs("lag_max_ms"),
    attemptTimeoutUs: f.spanUs("attempt_timeout_ms"),
  };
}

function decodeExecution(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "execution",
    tUs,
    request: f.text("request"),
    attempt: f.number("attempt"),
    code: f.text("code"),
    durationUs: f.spanUs(f.has("latency_ms") ? "latency_ms" : "duration_ms"),
    found: f.oneOf("found", ["true", "false"]) === "true",
    visited: f.number("visited"),
  };
}

function decodeFault(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "fault",
    tUs,
    run: f.text("run"),
    fault: f.text("fault"),
    phase: f.oneOf("phase", ["begin", "end"]),
    port: f.number("port"),
    pid: f.number("pid"),
    process: f.text("process"),
  };
}

function decodeRestart(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "restart",
    tUs,
    run: f.text("run"),
    endpoint: f.text("restart"),
    by: f.text("by"),
    pid: f.number("pid"),
    after: f.text("after"),
  };
}

function decodeStream(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "stream",
    tUs,
    stream: f.text("stream"),
    outcome: f.oneOf("outcome", ["ok", "stopped", "wrong", "failed"]),
    endpoint: f.text("endpoint"),
    attempts: f.number("attempts"),
    elapsedUs: f.spanUs("elapsed_ms"),
    items: f.number("items"),
    detail: f.text("detail"),
  };
}

function decodeGap(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "gap",
    tUs,
    stream: f.text("gap"),
    gapUs: f.spanUs("gap_ms"),
    from: f.text("from"),
    to: f.text("to"),
    items: f.number("items"),
    error: f.text("status"),
    detail: f.text("detail"),
  };
}

function decodeFlow(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "flow",
    tUs,
    run: f.text("run"),
    second: f.number("flow"),
    open: f.number("open"),
    items: f.number("items"),
  };
}

function decodeEnd(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "end",
    tUs,
    run: f.text("end"),
    reason: f.text("reason"),
    totals: f.prefixed(totalPrefix),
  };
}

function decodeRun(f: Fields, tUs: number): LedgerRecord {
  return {
    kind: "run",
    tUs,
    run: f.text("run"),
    command: f.text("command"),
    version: f.text("version"),
    pid: f.number("pid"),
    host: f.text("host"),
    boot: f.text("boot"),
    utcOffset: f.text("utc_offset"),
    seed: f.number("seed"),
    config: f.prefixed(configPrefix),
  };
}
