import { counted } from "../base/counted.ts";
import { formatDuration } from "../base/duration.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import { printable } from "../base/printable.ts";
import type { ReplicaChange } from "../failover/replica-set.ts";
import type { AttemptFailure } from "../failover/request.ts";
import type { OkRecord } from "../ledger/record.ts";
import type { SettledRequest } from "../load/outcome.ts";
import type { SecondSummary } from "../load/request-flow.ts";
import { paint } from "./terminal.ts";

/** A crash at a thousand requests a second must not bury the terminal. */
const failureLineMaxPerSecond = 20;

/** What has a line: every request, every second, or only what is out of the ordinary. */
export type LineDetail = "requests" | "seconds" | "events";

/**
 * The load's terminal lines. Failures and what became of the requests they hit are shown whatever
 * the detail; unless every request has its line, up to a bound that says what it left out.
 */
export class LoadLines {
  readonly #print: (line: string) => void;
  readonly #detail: LineDetail;
  /** Failed attempts of requests that have not ended. */
  readonly #failureCounts = new Map<number, number>();
  #failuresThisSecond = 0;
  #shownTimeoutMs: number | undefined;

  constructor(detail: LineDetail, print: (line: string) => void) {
    this.#print = print;
    this.#detail = detail;
  }

  attemptFailed(failure: AttemptFailure): void {
    // The request was answered long ago; its ledger keeps the late answer.
    if (failure.ended === "late") return;
    const { number } = failure.request;
    this.#failureCounts.set(number, (this.#failureCounts.get(number) ?? 0) + 1);
    // FAILED is an answer or a broken connection; ERROR is silence.
    const word = failure.ended === "abandoned" ? "ERROR" : "FAILED";
    const next = failure.isRetried ? " - Retrying..." : "";
    this.#failure(
      failure.tUs,
      `${paint.red("✗")} Request #${number} → ${formatEndpoint(failure.endpoint)} ` +
        `${word} (${failure.status})${next}`,
    );
  }

  settled({ number, record, isNotSent }: SettledRequest): void {
    // There may be very many at once; those of a second are told together.
    if (isNotSent && this.#detail !== "requests") return;
    const failureCount = this.#failureCounts.get(number) ?? 0;
    this.#failureCounts.delete(number);
    if (record.kind === "ok") {
      this.#settledOk(number, record, failureCount);
      return;
    }
    const place = record.endpoint === "" ? "" : ` → ${record.endpoint}`;
    const attempts = `after ${record.attempts} attempt(s)`;
    this.#failure(
      record.tUs,
      `${paint.red("✗")} Request #${number}${place} ${record.outcome.toUpperCase()} ${attempts}: ` +
        printable(record.detail),
    );
  }

  #settledOk(number: number, record: OkRecord, failureCount: number): void {
    const begin = `${paint.green("✓")} Request #${number} →`;
    const latency = `(latency: ${msText(record.latencyUs)}${messagesText(record)})`;
    if (failureCount > 0) {
      const after = `after ${failureCount} failure(s)`;
      this.#failure(record.tUs, `${begin} RETRY SUCCESS on ${record.endpoint} ${after} ${latency}`);
    } else if (record.attempts > 1) {
      this.#failure(record.tUs, `${begin} HEDGED, answered by ${record.endpoint} ${latency}`);
    } else if (this.#detail === "requests") {
      this.#line(record.tUs, `${begin} ${record.endpoint} ${latency}`);
    }
  }

  /**
   * Which replicas come and go, a line says always; when and why one changed its state, beside a
   * picture of them.
   */
  replicaChanged({ tUs, endpoint, state, cause, standing }: ReplicaChange): void {
    const name = `replica ${formatEndpoint(endpoint)}`;
    if (standing !== undefined) {
      const what = standing === "new" ? "has come" : "gets no new requests";
      this.#line(tUs, `${name} ${what} (${printable(cause)})`);
    } else if (this.#detail === "events") {
      this.#failure(tUs, `${name} ${state} (${printable(cause)})`);
    }
  }

  second(summary: SecondSummary): void {
    this.#timeoutLine(summary);
    if (this.#detail === "requests") return;
    const leftOut = this.#failuresThisSecond - failureLineMaxPerSecond;
    if (leftOut > 0) this.#line(summary.tUs, paint.dim(`  ... and ${leftOut} more such lines`));
    this.#failuresThisSecond = 0;
    if (this.#detail === "events") return;
    const { second, scheduled, ok, lost, notSent, inFlight } = summary;
    const unsent = notSent === 0 ? "" : ` (${notSent} not sent)`;
    const worst = ok === 0 ? "" : `, worst latency ${msText(summary.latencyMaxUs)}`;
    this.#line(
      summary.tUs,
      `${markOf(summary)} Second ${second}: ${scheduled} scheduled, ${ok} ok, ${lost} lost${unsent}, ${inFlight} in flight${worst}`,
    );
  }

  /** A learned timeout moves all the time; a factor of two is news. */
  #timeoutLine({ tUs, attemptTimeoutMs }: SecondSummary): void {
    const shownMs = this.#shownTimeoutMs ?? attemptTimeoutMs;
    const isNews = attemptTimeoutMs >= 2 * shownMs || attemptTimeoutMs <= shownMs / 2;
    this.#shownTimeoutMs = isNews ? attemptTimeoutMs : shownMs;
    if (!isNews) return;
    const change = `${formatDuration(Math.round(shownMs))} -> ${formatDuration(Math.round(attemptTimeoutMs))}`;
    this.#line(tUs, paint.dim(`  attempt timeout ${change}`));
  }

  #failure(tUs: number, text: string): void {
    this.#failuresThisSecond++;
    if (this.#detail === "requests" || this.#failuresThisSecond <= failureLineMaxPerSecond) {
      this.#line(tUs, text);
    }
  }

  #line(tUs: number, text: string): void {
    this.#print(`[${localTimeOfDay(tUs)}] ${text}`);
  }
}

/** What is still in flight when a second ends is no success yet. */
function markOf({ ok, lost }: SecondSummary): string {
  if (lost > 0) return paint.red("✗");
  return ok > 0 ? paint.green("✓") : paint.dim("·");
}

function msText(spanUs: number): string {
  return `${(spanUs / 1000).toFixed(2)}ms`;
}

/** Of an answer that is a stream. */
function messagesText({ messages, firstUs }: OkRecord): string {
  if (messages === undefined) return "";
  const first = firstUs === undefined ? "" : `, the first after ${msText(firstUs)}`;
  return `, ${counted(messages, "message")}${first}`;
}
