import { formatEndpoint } from "../base/endpoint.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import { printable } from "../base/printable.ts";
import type { AttemptFailure } from "../failover/failover-client.ts";
import type { SettledRequest } from "../load/outcome.ts";
import type { SecondSummary } from "../load/run-load.ts";
import { paint } from "./terminal.ts";

/** A crash at a thousand requests a second must not bury the terminal. */
const failureLineMaxPerSecond = 20;

/**
 * The load's terminal lines: one a request, or one summary a second. Failures and what became of
 * the requests they hit are shown either way; with summaries up to a bound that says what it left
 * out.
 */
export class LoadLines {
  readonly #print: (line: string) => void;
  readonly #isPerRequest: boolean;
  #failuresThisSecond = 0;

  constructor(isPerRequest: boolean, print: (line: string) => void) {
    this.#print = print;
    this.#isPerRequest = isPerRequest;
  }

  attemptFailed(failure: AttemptFailure): void {
    // FAILED is an answer or a broken connection; ERROR is silence.
    const word = failure.ended === "abandoned" ? "ERROR" : "FAILED";
    const next = failure.isRetried ? " - Retrying..." : "";
    this.#failure(
      failure.tUs,
      `${paint.red("✗")} Request #${failure.request.number} → ${formatEndpoint(failure.endpoint)} ` +
        `${word} (${failure.status})${next}`,
    );
  }

  settled({ number, record }: SettledRequest): void {
    if (record.kind === "ok") {
      const latency = `(latency: ${(record.latencyUs / 1000).toFixed(2)}ms)`;
      if (record.attempts > 1) {
        const failures = `after ${record.attempts - 1} failure(s)`;
        this.#failure(
          record.tUs,
          `${paint.green("✓")} Request #${number} → RETRY SUCCESS on ${record.endpoint} ${failures} ${latency}`,
        );
      } else if (this.#isPerRequest) {
        this.#line(
          record.tUs,
          `${paint.green("✓")} Request #${number} → ${record.endpoint} ${latency}`,
        );
      }
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

  second(summary: SecondSummary): void {
    if (this.#isPerRequest) return;
    const leftOut = this.#failuresThisSecond - failureLineMaxPerSecond;
    if (leftOut > 0) this.#line(summary.tUs, paint.dim(`  ... and ${leftOut} more such lines`));
    this.#failuresThisSecond = 0;
    const { second, scheduled, ok, lost, inFlight } = summary;
    const worst = ok === 0 ? "" : `, worst latency ${(summary.latencyMaxUs / 1000).toFixed(2)}ms`;
    const mark = lost > 0 ? paint.red("✗") : paint.green("✓");
    this.#line(
      summary.tUs,
      `${mark} Second ${second}: ${scheduled} scheduled, ${ok} ok, ${lost} lost, ${inFlight} in flight${worst}`,
    );
  }

  #failure(tUs: number, text: string): void {
    this.#failuresThisSecond++;
    if (this.#isPerRequest || this.#failuresThisSecond <= failureLineMaxPerSecond) {
      this.#line(tUs, text);
    }
  }

  #line(tUs: number, text: string): void {
    this.#print(`[${localTimeOfDay(tUs)}] ${text}`);
  }
}
