import { limits } from "../../base/limits.ts";
import type { RunReport } from "../run-report.ts";
import type { StreamFigures, StreamGapFact } from "../stream-report.ts";
import { spanText } from "../text-layout.ts";
import { count, wholeRate } from "./card.ts";
import { type Content, type Markup, markup } from "./markup.ts";
import { tableMarkup } from "./render-table.ts";

/** Streams by outcome, and every gap with a button that shows it on the timeline. */
export function streamSection({ streams }: RunReport): Markup {
  if (streams === null) return markup``;
  const outcomes = tableMarkup({
    caption: `Streams, lost ${count(streams.lost)} of ${count(streams.total)}`,
    head: ["Outcome", "Streams", "Vertices", "Of one, while it ran"],
    rows: streams.byOutcome.map((each) => [
      ...[each.outcome, count(each.count), count(each.items), wholeRate(each.itemsPerSecond)],
    ]),
  });
  const replicas = tableMarkup({
    caption: "What streams brought from each replica",
    head: ["Replica", "Vertices", "Streams ended", "Gaps begun"],
    rows: streams.byReplica.map((each) => [
      ...[each.endpoint, count(each.items), count(each.ended), count(each.gaps)],
    ]),
  });
  return markup`<section aria-labelledby="streams-title">
<h2 id="streams-title">Streams</h2>
${outcomes}
${replicas}
${gapTable(streams)}
</section>`;
}

function gapTable({ gaps }: StreamFigures): Markup {
  if (gaps.length === 0) return markup`<p>No stream stood still.</p>`;
  const shown = gaps.slice(0, limits.gapRowMaxCount);
  const left = gaps.length - shown.length;
  const table = tableMarkup({
    caption: "Each gap: a stream stood still, and went on",
    head: ["Gap", "Stream", "Begin", "Lasted", "Vertices before", "From", "To", "Cause"],
    text: [0, 1, 2, 5, 6, 7],
    rows: shown.map(gapCells),
  });
  return markup`${table}${left > 0 ? markup`<p>And ${count(left)} more.</p>` : ""}`;
}

function gapCells(gap: StreamGapFact, index: number): readonly Content[] {
  const { stream, begin, gapMs, items, from, to, error, detail } = gap;
  const name = `Show gap ${index + 1} of stream ${stream} on the timeline`;
  return [
    markup`<button type="button" data-gap="${index}" aria-label="${name}">Show ${index + 1}</button>`,
    ...[stream, begin.slice("YYYY-MM-DD ".length), spanText(gapMs), count(items), from, to],
    detail === "" ? error : `${error} (${detail})`,
  ];
}
