import type { GapRecord } from "../ledger/record.ts";
import { compareText } from "./ledger-collector.ts";
import { percentile } from "./percentile.ts";
import { replicaEndpoints } from "./replica-endpoints.ts";
import { RowIndex } from "./row-index.ts";
import type { RunData } from "./run-data.ts";
import { type StreamData, streamOutcomes } from "./stream-data.ts";
import { streamReplicas } from "./stream-replicas.ts";
import type { StreamFigures, StreamGapFact, StreamOutcomeFigures } from "./stream-report.ts";
import { wallSecond } from "./wall-time.ts";

/** Null when the run has no streams. */
export function streamFigures(data: RunData): StreamFigures | null {
  const { streams } = data;
  const footerCount = data.total("streams");
  const isPlanned = data.header?.config["streams"] !== undefined;
  if (streams.isEmpty && footerCount === null && !isPlanned) return null;
  const { rows, repeatCount } = distinctRows(streams);
  const byOutcome = streamOutcomes.map((outcome, index) =>
    outcomeFigures(
      streams,
      rows.filter((row) => streams.outcome.at(row) === index),
      outcome,
    ),
  );
  const ended = rows.length;
  const continued = new Set(streams.gaps.map(({ number }) => number));
  const total = Math.max(footerCount ?? streams.openCount, knownCount(streams, continued));
  const countOf = (name: string) => byOutcome.find(({ outcome }) => outcome === name)?.count ?? 0;
  const [ok, stopped, wrong, failed] = streamOutcomes.map(countOf);
  const items = byOutcome.reduce((sum, each) => sum + each.items, 0);
  const heldMs = data.total("held_ms") ?? Math.max(0, data.endUs - data.startUs) / 1000;
  const gaps = streams.gaps.map(({ gap }) => gapFact(gap, data)).sort(byInstant);
  const sorted = Float64Array.from(gaps, ({ gapMs }) => gapMs).sort();
  return {
    total,
    totalIsExact: footerCount !== null,
    ...{ ok: ok ?? 0, stopped: stopped ?? 0, wrong: wrong ?? 0, failed: failed ?? 0 },
    lost: total - (ok ?? 0) - (stopped ?? 0),
    unaccounted: total - ended,
    contradictory: repeatCount,
    byOutcome: byOutcome.filter(({ count }) => count > 0),
    byReplica: streamReplicas(streams, rows, replicaEndpoints(data)),
    items,
    itemsPerSecond: heldMs > 0 ? items / (heldMs / 1000) : null,
    continued: continued.size,
    gapP50Ms: percentile(sorted, 0.5),
    gapWorstMs: percentile(sorted, 1),
    gaps,
  };
}

/** Streams of which the ledger holds anything at all. */
function knownCount({ number }: StreamData, continued: ReadonlySet<number>): number {
  return new Set([...number.values, ...continued]).size;
}

/** Of a stream with several outcomes the first counts. */
function distinctRows(streams: StreamData): { rows: readonly number[]; repeatCount: number } {
  const numbers = streams.number.values;
  const index = new RowIndex(numbers);
  const rows = Array.from(numbers, (_, row) => row).filter(
    (row) => index.rowOf(numbers[row] ?? 0) === row,
  );
  return { rows, repeatCount: index.repeatCount };
}

function outcomeFigures(
  streams: StreamData,
  rows: readonly number[],
  outcome: string,
): StreamOutcomeFigures {
  let items = 0;
  let elapsedUs = 0;
  for (const row of rows) {
    items += streams.items.at(row);
    elapsedUs += streams.elapsedUs.at(row);
  }
  const itemsPerSecond = elapsedUs > 0 ? items / (elapsedUs / 1e6) : null;
  return { outcome, count: rows.length, items, itemsPerSecond };
}

function gapFact(gap: GapRecord, { header }: RunData): StreamGapFact {
  const { stream, tUs, gapUs, items, from, to, error, detail } = gap;
  const beginUs = tUs - gapUs;
  const begin = wallSecond(beginUs, header?.utcOffset);
  return { stream, beginUs, begin, gapMs: gapUs / 1000, items, from, to, error, detail };
}

function byInstant(a: StreamGapFact, b: StreamGapFact): number {
  return (
    a.beginUs + a.gapMs * 1000 - (b.beginUs + b.gapMs * 1000) || compareText(a.stream, b.stream)
  );
}

/** What the footer counts of streams and the ledger does not hold, such as `1 of 2 streams ok`. */
export function missingStreamRecords(
  data: RunData,
  figures: StreamFigures | null,
): readonly string[] {
  if (figures === null) return [];
  const pairs = [
    ...streamOutcomes.map((outcome) => {
      return [`streams_${outcome}`, figures[outcome], `streams ${outcome}`] as const;
    }),
    ["stream_gaps", figures.gaps.length, "gaps"] as const,
  ];
  return pairs.flatMap(([key, count, what]) => {
    const total = data.total(key);
    return total === null || total === count ? [] : [`${count} of ${total} ${what}`];
  });
}
