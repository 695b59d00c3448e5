import type { Criterion, RunReport, Verdict } from "../run-report.ts";
import { isOfStreamsAlone } from "../stream-report.ts";
import { rateText, spanText } from "../text-layout.ts";
import { type Card, count } from "./card.ts";
import { type Markup, markup } from "./markup.ts";
import { tableMarkup } from "./render-table.ts";
import { streamCards } from "./stream-cards.ts";

const verdictWords: Readonly<Record<Verdict["result"], { word: string; sign: string }>> = {
  verified: { word: "Verified", sign: "✓" },
  "not-verified": { word: "Not verified", sign: "✗" },
  inconclusive: { word: "Inconclusive", sign: "?" },
};

const metWords: Readonly<Record<Criterion["met"], string>> = {
  yes: "✓ met",
  no: "✗ not met",
  unknown: "? not known",
};

/** The verdict, why, the figures one asks for first, and every criterion. */
export function summarySection(report: RunReport): Markup {
  const { verdict, run } = report;
  const { word, sign } = verdictWords[verdict.result];
  const why = verdict.reasons.length === 0 ? ["Every criterion is met."] : verdict.reasons;
  const facts = [
    `run ${run.run}`,
    `started ${run.started}${run.utcOffset === null ? "" : ` (UTC${run.utcOffset})`}`,
    ...(run.host === null ? [] : [`on ${run.host}`]),
    ...(run.version === null ? [] : [`dfs ${run.version}`]),
    ...callFacts(run.config),
  ];
  return markup`<header>
<p class="product">dfs report</p>
<h1 class="verdict ${verdict.result}"><span class="sign" aria-hidden="true">${sign}</span> ${word}</h1>
<ul class="why">${why.map((reason) => markup`<li>${reason}</li>`)}</ul>
<p class="facts">${facts.map((fact) => markup`<span>${fact}</span> `)}</p>
</header>
<section aria-labelledby="summary-title">
<h2 id="summary-title" class="hidden">Summary</h2>
<dl class="cards">${cards(report).map(card)}</dl>
${criteria(verdict)}
</section>`;
}

/** Of a load that called a service of the user's. */
function callFacts(config: RunReport["run"]["config"]): readonly string[] {
  const { call, idempotent, right_answer: rightAnswer } = config;
  if (call === undefined) return [];
  return [`calls ${call}`, `idempotent: ${idempotent}`, `right answer: ${rightAnswer}`];
}

function cards(report: RunReport): readonly Card[] {
  const { outages, streams } = report;
  const ofOutages = {
    name: "Outages",
    value: count(outages.length),
    aside: `${count(outages.filter(({ endUs }) => endUs === null).length)} lasted to the end`,
  };
  return [
    ...(isOfStreamsAlone(report) ? [] : requestCards(report)),
    ...(streams === null ? [] : streamCards(streams)),
    ofOutages,
  ];
}

function requestCards({ requests, latency, recovery, duration }: RunReport): readonly Card[] {
  const { successShare, scheduled, ok, lost } = requests;
  const seconds = (duration.heldMs / 1000).toFixed(1);
  return [
    {
      name: "Success",
      value: successShare === null ? "-" : shareText(successShare),
      aside: `${count(ok)} of ${count(scheduled)} requests`,
    },
    { name: "Lost", value: count(lost), aside: "did not end ok" },
    {
      name: "Latency p99",
      value: spanText(latency.ok.p99Ms),
      aside: `p50 ${spanText(latency.ok.p50Ms)}, max ${spanText(latency.ok.maxMs)}`,
    },
    {
      name: "Worst recovery",
      value: spanText(recovery.worstMs),
      aside: `of ${count(recovery.affectedCount)} affected`,
    },
    { name: "Throughput", value: rateText(duration.okPerSecond), aside: `ok, over ${seconds} s` },
  ];
}

function card({ name, value, aside }: Card): Markup {
  return markup`<div><dt>${name}</dt><dd><strong>${value}</strong> <span>${aside}</span></dd></div>`;
}

function criteria({ criteria: all }: Verdict): Markup {
  return tableMarkup({
    caption: "Criteria",
    head: ["Criterion", "Required", "Actual", "Result"],
    text: [0, 1, 2, 3],
    rows: all.map(({ name, required, actual, met, why }) => [
      name,
      required,
      actual,
      markup`<span class="met-${met}">${metWords[met]}</span>${why === "" ? "" : `: ${why}`}`,
    ]),
  });
}

/** Never rounded up to 100 %. */
function shareText(share: number): string {
  const percent = Math.floor(share * 100_000) / 1000;
  return `${Number(percent.toFixed(3))} %`;
}
