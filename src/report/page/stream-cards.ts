import type { StreamFigures } from "../stream-report.ts";
import { spanText } from "../text-layout.ts";
import { type Card, count, wholeRate } from "./card.ts";

/** The figures one asks for first of a run's streams. */
export function streamCards(streams: StreamFigures): readonly Card[] {
  const { total, ok, stopped, lost, items, itemsPerSecond, gaps, continued, gapWorstMs } = streams;
  return [
    {
      name: "Streams lost",
      value: count(lost),
      aside: `of ${count(total)}: ${count(ok)} complete, ${count(stopped)} stopped`,
    },
    { name: "Vertices streamed", value: count(items), aside: wholeRate(itemsPerSecond) },
    {
      name: "Worst gap",
      value: spanText(gapWorstMs),
      aside: `${count(gaps.length)} gaps in ${count(continued)} streams`,
    },
  ];
}
