import { isOfStreamsAlone, type StreamFigures } from "../stream-report.ts";
import { spanText } from "../text-layout.ts";
import { count, wholeRate } from "./card.ts";
import { type Markup, markup } from "./markup.ts";
import type { PageData } from "./page-data.ts";

const replicaColourCount = 6;

/** What each chart shows, in words; a chart that has none is left out. */
export interface ChartWords {
  readonly throughput?: string;
  readonly latency?: string;
  readonly flow?: string;
  readonly states: string;
}

/** The charts of a run that is over. */
export function timelineSection(page: PageData): Markup {
  return chartsSection(page.facts.endpoints, wordsOf(page));
}

function wordsOf({ report, facts, requests, attempts }: PageData): ChartWords {
  const { throughput, latency } = report;
  const notOk = requests.outcome.reduce((sum, outcome) => sum + (outcome === 0 ? 0 : 1), 0);
  const failed = attempts.isLate.reduce((sum, isLate) => sum + (isLate === 0 ? 1 : 0), 0);
  const { okPerSecondMin, okPerSecondMax, emptySecondCount } = throughput;
  const { p50Ms, p99Ms, maxMs } = latency.ok;
  const held = facts.endpoints.map((endpoint, index) => {
    const own = facts.states.filter((span) => span.endpoint === index);
    const changes = own.map(({ state, fromUs }) => `${state} at ${spanText(fromUs / 1000)}`);
    const shown = changes.slice(0, changeShownMaxCount).join(", ");
    const left = changes.length - changeShownMaxCount;
    return `${endpoint}: ${shown || "never tried"}${left > 0 ? `, and ${left} more changes` : ""}.`;
  });
  const ofRequests = {
    throughput:
      `Between ${okPerSecondMin ?? 0} and ${okPerSecondMax ?? 0} requests ended ok in a second, ` +
      `and in ${emptySecondCount} seconds between them none did.`,
    latency:
      `Latency of ${count(latency.ok.count)} requests that ended ok: p50 ${spanText(p50Ms)}, ` +
      `p99 ${spanText(p99Ms)}, longest ${spanText(maxMs)}. ${count(notOk)} ended otherwise; ` +
      `${count(failed)} attempts failed.`,
  };
  return {
    ...(isOfStreamsAlone(report) ? {} : ofRequests),
    ...(report.streams === null ? {} : { flow: flowWords(report.streams) }),
    states: held.join(" "),
  };
}

function flowWords({ items, itemsPerSecond, gaps, gapWorstMs }: StreamFigures): string {
  const worst = gaps.length === 0 ? "" : `, the longest of ${spanText(gapWorstMs)}`;
  return (
    `Streams brought ${count(items)} vertices, ${wholeRate(itemsPerSecond)}; ` +
    `${count(gaps.length)} times one stood still and went on${worst}.`
  );
}

/** Charts on one axis of time, each with its caption and what it shows in words. */
export function chartsSection(endpoints: readonly string[], words: ChartWords): Markup {
  const replicas = endpoints.map((endpoint, index) =>
    key(`swatch replica-${index % replicaColourCount}`, endpoint),
  );
  return markup`<section id="timeline" aria-labelledby="timeline-title">
<h2 id="timeline-title">Timeline</h2>
<div class="toolbar">
<span id="shown" role="status"></span>
<button id="zoom-in" type="button" aria-label="Zoom in">+</button>
<button id="zoom-out" type="button" aria-label="Zoom out">−</button>
<button id="reset" type="button" disabled>Reset zoom</button>
</div>
<p id="readout"></p>
<noscript><p>The charts need the page's own script; every figure is in the tables.</p></noscript>
<div id="charts" tabindex="0" role="group" aria-label="Charts on one axis of time"
 aria-describedby="chart-keys">
${chart("throughput", "Throughput: ok/s, stacked by replica", words.throughput, [
  ...replicas,
  key("swatch bad", "not ok"),
])}
${chart("latency", "Latency of every request, log scale", words.latency, [
  key("dot", "ok, by replica"),
  key("cross", "lost: did not end ok"),
  key("triangle", "failed attempt"),
  key("line", "p50"),
  key("line dashed", "p99"),
])}
${chart("flow", "Vertices/s, of all streams", words.flow, [])}
${chart("states", "Replicas, as the client saw them", words.states, [
  ...["healthy", "suspect", "down", "probing"].map((state) => key(`swatch ${state}`, state)),
  ...(words.flow === undefined ? [] : [key("moved", "a stream goes on elsewhere")]),
])}
</div>
<p class="legend" id="chart-keys">${key("swatch fault", "fault in effect")}${key("swatch outage", "outage")}
<span class="key"><b class="letter">D</b> detection</span><span class="key"><b class="letter">F</b>
failover</span><span class="key"><b class="letter">R</b> rejoin</span>
<span class="keys">Keys: <kbd>+</kbd> <kbd>−</kbd> zoom, <kbd>←</kbd> <kbd>→</kbd> move, <kbd>0</kbd> all.</span></p>
</section>`;
}

const changeShownMaxCount = 20;

function chart(
  id: string,
  title: string,
  words: string | undefined,
  keys: readonly Markup[],
): Markup {
  if (words === undefined) return markup``;
  return markup`<figure aria-labelledby="${id}-title">
<figcaption><span id="${id}-title">${title}</span> <span class="legend">${keys}</span></figcaption>
<div id="${id}" class="chart" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-words"></div>
<details><summary>In words</summary><p id="${id}-words">${words}</p></details>
</figure>`;
}

function key(look: string, text: string): Markup {
  return markup`<span class="key"><i class="${look}" aria-hidden="true"></i>${text}</span> `;
}
