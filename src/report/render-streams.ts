import { formatDuration } from "../base/duration.ts";
import { definitionOf } from "./definitions.ts";
import { definitionLines } from "./render-explain.ts";
import type { RunReport } from "./run-report.ts";
import type { StreamFigures, StreamGapFact } from "./stream-report.ts";
import {
  rateText,
  spanText,
  type TextOptions,
  tableLines,
  tinted,
  wrapped,
} from "./text-layout.ts";

type Lines = readonly string[];

const gapShownMaxCount = 20;

/** Streams by outcome, then every gap; nothing when the run has none. */
export function streamLines({ streams, duration }: RunReport, options: TextOptions): Lines {
  if (streams === null) return [];
  const { total, totalIsExact, lost, items, itemsPerSecond, unaccounted } = streams;
  const atLeast = totalIsExact ? "" : "at least ";
  const rows = streams.byOutcome.map((each) => [
    each.outcome,
    String(each.count),
    String(each.items),
    rateText(each.itemsPerSecond),
  ]);
  const right = [1, 2, 3];
  return [
    tinted(`Streams (${definitionOf("streams", "stream")})`, "title", options),
    ...wrapped(
      `begun ${atLeast}${total}, lost ${lost} (no outcome ${unaccounted}); ` +
        `${items} vertices in ${formatDuration(Math.round(duration.heldMs))}, ` +
        rateText(itemsPerSecond),
      options,
    ),
    ...(rows.length === 0
      ? []
      : tableLines({ head: ["outcome", "streams", "vertices", "each"], rows, right }, options)),
    ...gapLines(streams, options),
    ...definitionLines("streams", options),
  ];
}

function gapLines({ gaps, continued, gapP50Ms, gapWorstMs }: StreamFigures, options: TextOptions) {
  if (gaps.length === 0) return ["  no gap"];
  const shown = gaps.slice(0, gapShownMaxCount);
  const left = gaps.length - shown.length;
  const head = ["#", "begin", "gap", "stream", "vertices before", "from", "to", "cause"];
  const rows = shown.map((gap, index) => [String(index + 1), ...gapCells(gap)]);
  return [
    ...wrapped(
      `${gaps.length} gaps in ${continued} streams: p50 ${spanText(gapP50Ms)}, ` +
        `worst ${spanText(gapWorstMs)}`,
      options,
    ),
    ...tableLines({ head, rows, right: [0, 2, 4] }, options),
    ...(left > 0 ? [`  ... and ${left} more gaps (--format json has them all)`] : []),
  ];
}

function gapCells({ begin, gapMs, stream, items, from, to, error, detail }: StreamGapFact) {
  const why = detail === "" ? error : `${error} (${detail})`;
  const time = begin.slice("YYYY-MM-DD ".length);
  return [time, spanText(gapMs), stream, String(items), from, to, why];
}
