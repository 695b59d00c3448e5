import { sinceText } from "../render-outages.ts";
import type { OutageFigures, RunReport } from "../run-report.ts";
import { spanText } from "../text-layout.ts";
import { count } from "./card.ts";
import { type Content, type Markup, markup } from "./markup.ts";
import { tableMarkup } from "./render-table.ts";

/** Every outage, each with a button that shows its place on the timeline. */
export function outageSection({ outages }: RunReport): Markup {
  const table = tableMarkup({
    caption: "Each outage, from the instant it began",
    head: [
      ...["Outage", "Replica", "Cause", "Begin", "Lasted", "Detection", "Failover", "Rejoin"],
      ...[
        "Recovery",
        "Affected",
        "Lost",
        "ok/s before, during, after",
        "p99 before, during, after",
      ],
    ],
    text: [0, 1, 2, 3],
    rows: outages.map(outageCells),
  });
  const none = markup`<p>No replica was out, as far as the ledgers show.</p>`;
  return markup`<section aria-labelledby="outages-title">
<h2 id="outages-title">Outages</h2>
${outages.length === 0 ? none : table}
</section>`;
}

function outageCells(outage: OutageFigures, index: number): readonly Content[] {
  const { beginUs, endUs, flapCount, beforeOkPerSecond, duringOkPerSecond, afterOkPerSecond } =
    outage;
  const name = `Show outage ${index + 1} of ${outage.endpoint} on the timeline`;
  const lasted = endUs === null ? "to the end" : spanText((endUs - beginUs) / 1000);
  const rates = [beforeOkPerSecond, duringOkPerSecond, afterOkPerSecond];
  const p99s = [outage.beforeP99Ms, outage.duringP99Ms, outage.afterP99Ms];
  return [
    markup`<button type="button" data-outage="${index}" aria-label="${name}">Show ${index + 1}</button>`,
    outage.endpoint,
    outage.cause,
    outage.begin.slice("YYYY-MM-DD ".length),
    flapCount === 0 ? lasted : `${lasted} (${flapCount} flaps)`,
    outage.noticed ? sinceText(outage.detectionMs) : "not noticed",
    sinceText(outage.failoverMs),
    outage.rejoinMs === null ? "not seen" : spanText(outage.rejoinMs),
    spanText(outage.recoveryMs),
    count(outage.affectedCount),
    count(outage.lostCount),
    rates.map((rate) => (rate === null ? "-" : rate.toFixed(1))).join(", "),
    p99s.map(spanText).join(", "),
  ];
}
