import { noFooter } from "./criterion.ts";
import { type Facts, type Figure, figure, less, more, rate, span } from "./figure-kinds.ts";
import type { StreamFigures } from "./stream-report.ts";

function ofStreams(
  name: string,
  facts: Facts,
  read: (streams: StreamFigures) => number | null,
): Figure {
  return figure(
    name,
    {
      doubt: ({ streams }) => (streams?.totalIsExact === false ? noFooter : undefined),
      ...facts,
    },
    ({ streams }) => (streams === null ? null : read(streams)),
    "the run has no streams",
  );
}

/** The figures of streams that a criterion may be about. */
export const streamFigureCatalog: readonly Figure[] = [
  ofStreams("streams", more("streams begun"), ({ total }) => total),
  ofStreams("streams_ok", more("streams that came whole and right"), ({ ok }) => ok),
  ofStreams(
    "streams_lost",
    less("begun, neither whole nor stopped at the end"),
    (each) => each.lost,
  ),
  ofStreams("streams_wrong", less("streams that brought what was not right"), (each) => each.wrong),
  ofStreams("stream_items", more("vertices that streams brought"), ({ items }) => items),
  ofStreams(
    "stream_rate",
    rate("vertices a second, of all streams"),
    (each) => each.itemsPerSecond,
  ),
  ofStreams(
    "stream_gaps",
    less("times a stream stood still and went on"),
    ({ gaps }) => gaps.length,
  ),
  ofStreams(
    "stream_gap_p50",
    span("how long a stream stood still, p50; 0 if none did"),
    ({ gapP50Ms }) => gapP50Ms ?? 0,
  ),
  ofStreams(
    "stream_gap_worst",
    span("how long a stream stood still, the worst; 0 if none did"),
    ({ gapWorstMs }) => gapWorstMs ?? 0,
  ),
];
