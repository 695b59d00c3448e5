import type {
  AttemptRecord,
  EndRecord,
  ExecutionRecord,
  OkRecord,
  ReplicaRecord,
  RequestRecord,
  RunRecord,
  TickRecord,
} from "../ledger/record.ts";
import { IndexColumn, Names, NumberColumn } from "./column.ts";
import { StreamData } from "./stream-data.ts";

/** Requests that ended ok; one row each. */
export class OkRows {
  readonly number = new NumberColumn();
  readonly tUs = new NumberColumn();
  readonly latencyUs = new NumberColumn();
  readonly lagUs = new NumberColumn();
  readonly serviceUs = new NumberColumn();
  readonly endpoint = new IndexColumn();
  readonly attempts = new IndexColumn();
}

/** Of the requests that ended ok, those whose answers are streams; one row each. */
export class AnswerRows {
  readonly number = new NumberColumn();
  readonly messages = new NumberColumn();
  /** From the sending of the answering attempt to its first message; NaN when it has none. */
  readonly firstUs = new NumberColumn();
}

/** Attempts that failed, were abandoned, or answered late; one row each. */
export class AttemptRows {
  readonly number = new NumberColumn();
  readonly tUs = new NumberColumn();
  readonly serviceUs = new NumberColumn();
  readonly endpoint = new IndexColumn();
  readonly error = new IndexColumn();
  /** 1 for an answer that came late, 0 for no answer. */
  readonly late = new IndexColumn();
}

/** Requests that ended otherwise than ok; one row each. */
export class UnsuccessfulRows {
  readonly number = new NumberColumn();
  readonly tUs = new NumberColumn();
  readonly elapsedUs = new NumberColumn();
  readonly lagUs = new NumberColumn();
  readonly outcome = new IndexColumn();
  readonly endpoint = new IndexColumn();
  readonly attempts = new IndexColumn();
}

/** Executions that server ledgers hold of the run's requests; one row each. */
export class ExecutionRows {
  readonly number = new NumberColumn();
  readonly tUs = new NumberColumn();
  /** Index of the server run in LedgerCollector.servers. */
  readonly server = new IndexColumn();
  readonly code = new IndexColumn();
  /** The answer as one number: visited * 2 + found. */
  readonly answer = new NumberColumn();
}

export const unsuccessfulOutcomes = ["wrong", "failed", "indeterminate"] as const;

export type UnsuccessfulOutcome = (typeof unsuccessfulOutcomes)[number];

/**
 * What the ledgers hold of one client run. Requests are kept by their number N (ids are RUN-N) in
 * columns, so that a million of them fit in tens of megabytes; names are kept once.
 */
export class RunData {
  readonly run: string;
  header: RunRecord | undefined;
  end: EndRecord | undefined;
  /**
   * Whether a client ledger mentions it; server ledgers may know runs whose client ledger is
   * elsewhere.
   */
  hasClientRecords = false;
  /** Instants of the first and last record of the client. */
  firstUs = Number.POSITIVE_INFINITY;
  lastUs = Number.NEGATIVE_INFINITY;
  readonly endpoints = new Names();
  readonly errors = new Names();
  readonly codes = new Names();
  readonly ok = new OkRows();
  readonly answers = new AnswerRows();
  readonly attempts = new AttemptRows();
  readonly unsuccessful = new UnsuccessfulRows();
  readonly executions = new ExecutionRows();
  readonly streams = new StreamData();
  readonly states: ReplicaRecord[] = [];
  readonly ticks = { count: 0, scheduled: 0, notSent: 0, hedgesRefused: 0, lagMaxUs: 0 };

  constructor(run: string) {
    this.run = run;
  }

  /** When it began: its header says so, else its first record does. */
  get startUs(): number {
    return this.header?.tUs ?? this.firstUs;
  }

  /** When it ended: its footer says so, else its last record does. */
  get endUs(): number {
    return this.end?.tUs ?? Math.max(this.lastUs, this.startUs);
  }

  /** Any record of the client ledger. */
  seen(tUs: number): void {
    this.hasClientRecords = true;
    if (tUs < this.firstUs) this.firstUs = tUs;
    if (tUs > this.lastUs) this.lastUs = tUs;
  }

  addOk(number: number, record: OkRecord): void {
    const { ok } = this;
    ok.number.push(number);
    ok.tUs.push(record.tUs);
    ok.latencyUs.push(record.latencyUs);
    ok.lagUs.push(record.lagUs);
    ok.serviceUs.push(record.serviceUs);
    ok.endpoint.push(this.endpoints.indexOf(record.endpoint));
    ok.attempts.push(record.attempts);
    if (record.messages === undefined) return;
    this.answers.number.push(number);
    this.answers.messages.push(record.messages);
    this.answers.firstUs.push(record.firstUs ?? Number.NaN);
  }

  addAttempt(number: number, record: AttemptRecord): void {
    const { attempts } = this;
    attempts.number.push(number);
    attempts.tUs.push(record.tUs);
    attempts.serviceUs.push(record.serviceUs);
    attempts.endpoint.push(this.endpoints.indexOf(record.endpoint));
    attempts.error.push(this.errors.indexOf(record.error));
    attempts.late.push(record.ended === "late" ? 1 : 0);
  }

  addUnsuccessful(number: number, record: RequestRecord): void {
    const { unsuccessful } = this;
    unsuccessful.number.push(number);
    unsuccessful.tUs.push(record.tUs);
    unsuccessful.elapsedUs.push(record.elapsedUs);
    unsuccessful.lagUs.push(record.lagUs);
    unsuccessful.outcome.push(unsuccessfulOutcomes.indexOf(record.outcome));
    unsuccessful.endpoint.push(this.endpoints.indexOf(record.endpoint));
    unsuccessful.attempts.push(record.attempts);
  }

  addTick(record: TickRecord): void {
    this.ticks.count++;
    this.ticks.lagMaxUs = Math.max(this.ticks.lagMaxUs, record.lagMaxUs);
    this.ticks.scheduled += record.scheduled;
    this.ticks.notSent += record.notSent;
    this.ticks.hedgesRefused += record.refused;
  }

  addExecution(number: number, server: number, record: ExecutionRecord): void {
    const { executions } = this;
    executions.number.push(number);
    executions.tUs.push(record.tUs);
    executions.server.push(server);
    executions.code.push(this.codes.indexOf(record.code));
    executions.answer.push(record.visited * 2 + (record.found ? 1 : 0));
  }

  /** A number from the run's configuration, or null when its header is missing or does not say. */
  configNumber(key: string): number | null {
    return numberOrNull(this.header?.config[key]);
  }

  /** A number from the run's footer, or null when it is missing or does not say. */
  total(key: string): number | null {
    return numberOrNull(this.end?.totals[key]);
  }
}

export function numberOrNull(text: string | undefined): number | null {
  if (text === undefined || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
