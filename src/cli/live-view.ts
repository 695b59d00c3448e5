import { limits } from "../base/limits.ts";
import type { ReplicaState } from "../failover/replica-state.ts";
import type { OkRecord, RequestRecord, StreamRecord } from "../ledger/record.ts";
import { type TextOptions, type Tone, tinted } from "../report/text-layout.ts";
import { type LiveCell, LiveStreams } from "./live-streams.ts";
import { SlidingSecond } from "./sliding-second.ts";
import { sparkline } from "./sparkline.ts";

export interface LiveViewOptions {
  readonly replicas: readonly string[];
  /** How long the load is; undefined: until `totalCount` requests were sent. */
  readonly durationMs: number | undefined;
  readonly totalCount?: number | undefined;
  readonly hasRequests: boolean;
  readonly hasStreams: boolean;
}

export interface ViewSize extends TextOptions {
  readonly height: number;
}

interface ReplicaRow {
  state: ReplicaState;
  readonly recent: SlidingSecond;
  /** Ok in each second since the begin, the latest last; older ones are dropped. */
  readonly okBySecond: number[];
}

const secondUs = 1_000_000;

/** What `--live` shows of a load: fed by its events, read as lines of text at any instant. */
export class LiveView {
  readonly #options: LiveViewOptions;
  readonly #streams = new LiveStreams();
  readonly #rows: ReadonlyMap<string, ReplicaRow>;
  readonly #recent = new SlidingSecond();
  #beginUs: number | undefined;
  #second = 0;
  #okCount = 0;
  #lostCount = 0;
  #inFlight = 0;

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#rows = new Map(
      options.replicas.map((endpoint) => [
        endpoint,
        { state: "probing", recent: new SlidingSecond(), okBySecond: [0] },
      ]),
    );
  }

  /** The first request is due now. */
  begin(nowUs: number): void {
    this.#beginUs = nowUs;
  }

  replicaChanged(endpoint: string, state: ReplicaState): void {
    const row = this.#rows.get(endpoint);
    if (row !== undefined) row.state = state;
  }

  settled(record: OkRecord | RequestRecord): void {
    if (record.kind !== "ok") {
      this.#lostCount++;
      return;
    }
    this.#okCount++;
    this.#recent.add(record.tUs, record.latencyUs);
    const row = this.#rows.get(record.endpoint);
    if (row === undefined) return;
    row.recent.add(record.tUs, record.serviceUs);
    this.#turn(record.tUs);
    row.okBySecond.push((row.okBySecond.pop() ?? 0) + 1);
  }

  second(inFlight: number): void {
    this.#inFlight = inFlight;
  }

  gap(): void {
    this.#streams.gapCount++;
  }

  streamEnded(outcome: StreamRecord["outcome"]): void {
    this.#streams.ended(outcome);
  }

  flow(openCount: number, itemCount: number): void {
    this.#streams.openCount = openCount;
    this.#streams.itemCount = itemCount;
  }

  /** Each no wider than asked, and no more of them than asked. */
  lines(nowUs: number, size: ViewSize): readonly string[] {
    this.#turn(nowUs);
    const head = [this.#progress(nowUs, size), ...this.#totals(nowUs, size)];
    const rows = this.#replicaLines(nowUs, size);
    const room = size.height - head.length;
    if (rows.length <= room) return [...head, ...rows];
    const leftOut = `... and ${rows.length - Math.max(0, room - 1)} more replicas`;
    return [
      ...[...head, ...rows].slice(0, Math.max(0, size.height - 1)),
      row([{ text: leftOut, tone: "aside" }], size),
    ].slice(0, size.height);
  }

  /** Opens the seconds that have begun meanwhile. */
  #turn(nowUs: number): void {
    if (this.#beginUs === undefined) return;
    const second = Math.floor((nowUs - this.#beginUs) / secondUs);
    const missing = Math.min(second - this.#second, limits.sparklineMaxCount + 1);
    if (missing <= 0) return;
    this.#second = second;
    for (const { okBySecond } of this.#rows.values()) {
      for (let added = 0; added < missing; added++) okBySecond.push(0);
      // The one that runs is kept beside those that are shown.
      okBySecond.splice(0, okBySecond.length - limits.sparklineMaxCount - 1);
    }
  }

  #progress(nowUs: number, size: ViewSize): string {
    if (this.#beginUs === undefined) return row([{ text: "Waiting for the replicas" }], size);
    const elapsedMs = (nowUs - this.#beginUs) / 1000;
    const { durationMs, totalCount = 0 } = this.#options;
    const endedCount = this.#okCount + this.#lostCount;
    const text =
      durationMs === undefined
        ? `${clockText(elapsedMs)}, ${endedCount} of ${totalCount} requests`
        : timeText(elapsedMs, durationMs);
    const barWidth = Math.min(limits.progressBarMaxColumns, size.width - text.length - 1);
    if (barWidth < 8) return row([{ text }], size);
    const done = durationMs === undefined ? endedCount / totalCount : elapsedMs / durationMs;
    const share = Math.min(1, done);
    const filled = Math.floor(barWidth * share);
    return row(
      [
        { text: "█".repeat(filled), tone: "good" },
        { text: "░".repeat(barWidth - filled), tone: "aside" },
        { text: ` ${text}` },
      ],
      size,
    );
  }

  #totals(nowUs: number, size: ViewSize): readonly string[] {
    const { hasRequests, hasStreams } = this.#options;
    return [
      ...(hasRequests ? flow(this.#requestCells(nowUs), size) : []),
      ...(hasStreams ? flow(this.#streams.cells(), size) : []),
    ];
  }

  #requestCells(nowUs: number): readonly LiveCell[] {
    const { count, p50Us, p99Us } = this.#recent.figures(nowUs);
    const lostTone = this.#lostCount > 0 ? { tone: "bad" as const } : {};
    return [
      { text: `${count} ok/s`, tone: "title" },
      { text: `p50 ${latencyText(p50Us)}` },
      { text: `p99 ${latencyText(p99Us)}` },
      { text: `ok ${this.#okCount}` },
      { text: `lost ${this.#lostCount}`, ...lostTone },
      { text: `in flight ${this.#inFlight}` },
    ];
  }

  #replicaLines(nowUs: number, size: ViewSize): readonly string[] {
    const widest = Math.max(...[...this.#rows.keys()].map((name) => Bun.stringWidth(name)));
    const hasP99 = size.width >= 60;
    const sparkWidth = size.width - widest - (hasP99 ? 37 : 22);
    const shown = Math.max(0, Math.min(limits.sparklineMaxCount, sparkWidth));
    // The second that runs is incomplete: it would look like a dip.
    const complete = (values: readonly number[]) => values.slice(-1 - shown, -1);
    const peak = Math.max(
      ...[...this.#rows.values()].flatMap(({ okBySecond }) => complete(okBySecond)),
    );
    const { hasRequests } = this.#options;
    return Array.from(this.#rows, ([endpoint, { state, recent, okBySecond }]) => {
      const { count, p99Us } = recent.figures(nowUs);
      const p99 = { text: `  p99 ${latencyText(p99Us).padStart(9)}` };
      const spark = shown > 0 ? `  ${sparkline(complete(okBySecond), peak)}` : "";
      return row(
        [
          { text: endpoint.padEnd(widest) },
          { text: `  ${state.padEnd(7)}`, tone: toneOf(state) },
          ...(hasRequests ? [{ text: `${count} ok/s`.padStart(11) }] : []),
          ...(hasRequests && hasP99 ? [p99] : []),
          ...(hasRequests ? [{ text: spark }] : []),
        ],
        size,
      );
    });
  }
}

function toneOf(state: ReplicaState): Tone {
  if (state === "healthy") return "good";
  return state === "down" ? "bad" : "doubtful";
}

function timeText(elapsedMs: number, durationMs: number): string {
  const leftMs = durationMs - elapsedMs;
  return leftMs > 0
    ? `${clockText(elapsedMs)} of ${clockText(durationMs)}, ${clockText(leftMs, Math.ceil)} left`
    : `${clockText(durationMs)} over, waiting for the last answers`;
}

/** `0:09`, `12:34`, `1:02:03`. */
function clockText(spanMs: number, round = Math.floor): string {
  const seconds = round(spanMs / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

function latencyText(spanUs: number | null): string {
  if (spanUs === null) return "-";
  const spanMs = spanUs / 1000;
  return spanMs < 1000 ? `${spanMs.toFixed(1)}ms` : `${(spanMs / 1000).toFixed(2)}s`;
}

/** The cells on as few lines as hold them. */
function flow(cells: readonly LiveCell[], size: ViewSize): readonly string[] {
  const lines: LiveCell[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const cell of cells) {
    const width = Bun.stringWidth(cell.text);
    if (used + 2 + width > size.width) {
      lines.push([cell]);
      used = width;
    } else {
      lines.at(-1)?.push({ text: "  " }, cell);
      used += 2 + width;
    }
  }
  return lines.map((line) => row(line, size));
}

/** The cells on one line, cut where the width ends. */
function row(cells: readonly LiveCell[], size: ViewSize): string {
  let left = size.width;
  const shown: string[] = [];
  for (const { text, tone } of cells) {
    const cut = Bun.stringWidth(text) > left ? Bun.sliceAnsi(text, 0, left) : text;
    left -= Bun.stringWidth(cut);
    shown.push(tone === undefined ? cut : tinted(cut, tone, size));
  }
  return shown.join("").trimEnd();
}
