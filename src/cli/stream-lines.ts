import { limits } from "../base/limits.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import { printable } from "../base/printable.ts";
import type { FlowRecord, GapRecord, StreamRecord } from "../ledger/record.ts";
import type { Standstill, StreamObserver } from "../load/stream-load.ts";
import { paint } from "./terminal.ts";

/** `seconds`: each second has its line. `events`: only what is out of the ordinary has. */
export type StreamLineDetail = "seconds" | "events";

/** The lines of streams: their ends, their gaps, and what they bring. */
export class StreamLines implements StreamObserver {
  readonly #print: (line: string) => void;
  readonly #detail: StreamLineDetail;
  #gapCount = 0;
  /** Lines asked for in this second; those of what went wrong are not to be crowded out. */
  readonly #lineCounts = { well: 0, badly: 0 };
  #endedCount = 0;

  constructor(detail: StreamLineDetail, print: (line: string) => void) {
    this.#detail = detail;
    this.#print = print;
  }

  onGap(number: number, { tUs, gapUs, items, from, to, error }: GapRecord): void {
    this.#gapCount++;
    const gap = `${(gapUs / 1000).toFixed(1)}ms gap after ${count(items)} vertices`;
    this.#bounded(
      "badly",
      tUs,
      `${paint.yellow("↻")} Stream #${number}: ${gap}, ${from} ${printable(error)} → ${to}`,
    );
  }

  onStreamEnded(number: number, record: StreamRecord): void {
    this.#endedCount++;
    const isLost = record.outcome === "wrong" || record.outcome === "failed";
    this.#bounded(isLost ? "badly" : "well", record.tUs, endLine(number, record));
  }

  onFlow({ tUs, second, open, items }: FlowRecord, standstill: Standstill): void {
    const { well, badly } = this.#lineCounts;
    const leftOutOf = (asked: number) => Math.max(0, asked - limits.lineRateMaxPerSecond);
    const leftOut = leftOutOf(well) + leftOutOf(badly);
    if (leftOut > 0) this.#line(tUs, paint.dim(`  ... and ${leftOut} more such lines`));
    if (this.#detail === "seconds") {
      const ended = this.#endedCount === 0 ? "" : `, ${this.#endedCount} ended`;
      const gaps = this.#gapCount === 0 ? "" : `, ${this.#gapCount} gaps`;
      const mark = items > 0 ? paint.green("✓") : paint.yellow("…");
      const what = `${count(items)} vertices, ${open} streams open`;
      this.#line(
        tUs,
        `${mark} Second ${second}: ${what}${ended}${gaps}${standstillText(standstill)}`,
      );
    }
    this.#lineCounts.well = 0;
    this.#lineCounts.badly = 0;
    this.#gapCount = 0;
    this.#endedCount = 0;
  }

  #bounded(kind: "well" | "badly", tUs: number, text: string): void {
    this.#lineCounts[kind]++;
    if (this.#lineCounts[kind] <= limits.lineRateMaxPerSecond) this.#line(tUs, text);
  }

  #line(tUs: number, text: string): void {
    this.#print(`[${localTimeOfDay(tUs)}] ${text}`);
  }
}

function standstillText({ failedAttempts, heldUpBy }: Standstill): string {
  const attempts = failedAttempts === 1 ? "attempt" : "attempts";
  const failed = failedAttempts === 0 ? "" : `, ${failedAttempts} ${attempts} failed`;
  if (heldUpBy.length === 0) return failed;
  const stand = heldUpBy.length === 1 ? "stands" : "stand";
  return `${failed}, ${heldUpBy.length} ${stand} still (${[...new Set(heldUpBy)].join(", ")})`;
}

function endLine(number: number, record: StreamRecord): string {
  const { outcome, endpoint, items, elapsedUs, attempts, detail } = record;
  const place = endpoint === "" ? "" : ` → ${endpoint}`;
  const seconds = elapsedUs / 1e6;
  const tries = attempts > 1 ? `, ${attempts} attempts` : "";
  switch (outcome) {
    case "ok": {
      const rate = count(Math.round(items / Math.max(seconds, 1e-6)));
      const facts = `(${count(items)} vertices in ${seconds.toFixed(2)}s, ${rate}/s${tries})`;
      return `${paint.green("✓")} Stream #${number}${place} complete ${facts}`;
    }
    case "stopped":
      return `${paint.dim("■")} Stream #${number}${place} stopped after ${count(items)} vertices${tries}`;
    case "wrong":
    case "failed": {
      const what = `${outcome.toUpperCase()} after ${count(items)} vertices${tries}`;
      return `${paint.red("✗")} Stream #${number}${place} ${what}: ${printable(detail)}`;
    }
  }
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
