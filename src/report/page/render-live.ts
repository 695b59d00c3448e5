import { wallSecond } from "../wall-time.ts";
import type { LiveRun } from "./live-update.ts";
import { type Markup, markup } from "./markup.ts";
import { searchSection } from "./render-search.ts";
import { tableMarkup } from "./render-table.ts";
import { chartsSection } from "./render-timeline.ts";

/** The figures of a run that is on, by the ids of their places. */
export const liveCards = {
  "live-elapsed": "Elapsed",
  "live-ok": "Ended ok",
  "live-lost": "Lost",
  "live-rate": "Throughput",
  "live-p99": "Latency p99",
  "live-in-flight": "In flight",
} as const;

/** The same of streams, where the run has any. */
export const liveStreamCards = {
  "live-streams": "Streams open",
  "live-items": "Vertices streamed",
  "live-gaps": "Gaps",
} as const;

/** The page while its run is on: the places of its figures and charts, to be filled as it goes. */
export function renderLiveMain(live: LiveRun): Markup {
  const { run, startUs, utcOffset, version, replicas, config } = live;
  const hasStreams = config["streams"] !== undefined;
  const hasRequests = config["mode"] !== "stream";
  const started = `started ${wallSecond(startUs, utcOffset)} (UTC${utcOffset})`;
  const shown = { ...liveCards, ...(hasStreams ? liveStreamCards : {}) };
  const cards = Object.entries(shown).map(
    ([id, name]) =>
      markup`<div id="${id}"><dt>${name}</dt><dd><strong>-</strong> <span></span></dd></div>`,
  );
  const table = tableMarkup({
    caption: "Replicas in the last second that is over",
    head: ["Replica", "State", "ok/s", "ok so far"],
    text: [0, 1],
    rows: replicas.map((endpoint) => [endpoint, "not tried yet", "0", "0"]),
  });
  const soFar = "While the run lasts, the figures of the summary tell the same in words.";
  return markup`<header>
<p class="product">dfs report, live</p>
<h1 class="verdict running"><span class="sign" aria-hidden="true"></span> Running</h1>
<ul class="why"><li>The verdict comes when the run is over.</li></ul>
<p class="facts">${[`run ${run}`, started, `dfs ${version}`].map((fact) => markup`<span>${fact}</span> `)}</p>
</header>
<section aria-labelledby="summary-title">
<h2 id="summary-title" class="hidden">Summary so far</h2>
<dl class="cards">${cards}</dl>
<div id="live-replicas">${table}</div>
</section>
${chartsSection(replicas, {
  ...(hasRequests ? { throughput: soFar, latency: soFar } : {}),
  ...(hasStreams ? { flow: soFar } : {}),
  states: soFar,
})}
<section aria-labelledby="happened-title">
<h2 id="happened-title">What happened</h2>
<ol id="happened" class="scroll" tabindex="0" aria-labelledby="happened-title"></ol>
</section>
${searchSection(run)}`;
}
