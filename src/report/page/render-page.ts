import { gzipSync } from "node:zlib";
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import { bundleClient } from "./bundle-client.ts" with { type: "macro" };
import { type Content, Markup, markup, scriptJson } from "./markup.ts";
import pageStyle from "./page.css" with { type: "text" };
import type { PageData } from "./page-data.ts";
import { attemptShape, requestShape } from "./page-shape.ts";
import { figureSections } from "./render-figures.ts";
import { outageSection } from "./render-outage-table.ts";
import { summarySection } from "./render-summary.ts";
import { timelineSection } from "./render-timeline.ts";
import { TableWriter } from "./table-coding.ts";

const style = `${uplotStyle}\n${pageStyle}`;
const script = bundleClient();

/**
 * The report as one page that needs nothing else: its text stands in it as HTML, its charts draw
 * themselves from the tables it carries. Whatever a ledger brought in is text and nothing else, and
 * the page's own policy lets nothing run but the script it came with, and nothing be fetched.
 */
export function renderPage(page: PageData): string {
  const { report, facts, requests, attempts } = page;
  const tables = new TableWriter();
  tables.append(requestShape, requests);
  tables.append(attemptShape, attempts);
  // Level 6 of zlib: higher ones take several times as long for some percent.
  const packed = gzipSync(tables.bytes, { level: 6 }).toString("base64");
  const body: Content = [
    summarySection(report),
    timelineSection(page),
    outageSection(report),
    searchSection(report.run.run),
    ...figureSections(report),
  ];
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>dfs report: ${report.run.run}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#timeline">Skip to the timeline</a>
<main>
${body}
</main>
<script type="application/json" id="facts">${scriptJson(facts)}</script>
<script type="application/octet-stream" id="tables">${new Markup(packed)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.html;
}

function policy(): string {
  const hash = (text: string) =>
    `'sha256-${new Bun.CryptoHasher("sha256").update(text).digest("base64")}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

function searchSection(run: string): Markup {
  return markup`<section aria-labelledby="search-title">
<h2 id="search-title">Find a request</h2>
<form id="search" role="search">
<label for="search-text">Number or id</label>
<input id="search-text" autocomplete="off" spellcheck="false" placeholder="${run}-1">
<button>Find</button>
</form>
<div id="search-result" aria-live="polite"></div>
</section>`;
}
