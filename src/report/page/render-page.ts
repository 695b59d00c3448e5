import { gzipSync } from "node:zlib";
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import { bundleClient } from "./bundle-client.ts" with { type: "macro" };
import { Markup, markup, scriptJson } from "./markup.ts";
import pageStyle from "./page.css" with { type: "text" };
import type { PageData } from "./page-data.ts";
import { attemptShape, type PageParts, requestShape } from "./page-shape.ts";
import { figureSections } from "./render-figures.ts";
import { outageSection } from "./render-outage-table.ts";
import { searchSection } from "./render-search.ts";
import { streamSection } from "./render-streams.ts";
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
  const { title, main, facts, tables } = pageParts(page);
  return pageHtml({
    title,
    root: markup`<html lang="en">`,
    body: markup`<main>
${new Markup(main)}
</main>
<script type="application/json" id="facts">${scriptJson(facts)}</script>
<script type="application/octet-stream" id="tables">${new Markup(tables)}</script>`,
    connect: "'none'",
  });
}

/**
 * The same page without a run: it follows one by the events (live-update.ts) that it is told at
 * `eventsPath` of the server it came from, and ends as the report.
 */
export function renderLivePage(eventsPath: string): string {
  return pageHtml({
    title: "dfs: live",
    root: markup`<html lang="en" data-live="${eventsPath}">`,
    body: markup`<p id="live" role="status">Waiting for the run</p>
<main></main>`,
    connect: "'self'",
  });
}

/** What the page of a run holds beyond style and script. */
export function pageParts({ report, facts, requests, attempts }: PageData): PageParts {
  const writer = new TableWriter();
  writer.append(requestShape, requests);
  writer.append(attemptShape, attempts);
  const main = markup`${summarySection(report)}
${timelineSection({ report, facts, requests, attempts })}
${streamSection(report)}
${outageSection(report)}
${searchSection(report.run.run)}
${figureSections(report)}`;
  return {
    title: `dfs report: ${report.run.run}`,
    main: main.html,
    facts,
    // Level 6 of zlib: higher ones take several times as long for some percent.
    tables: gzipSync(writer.bytes, { level: 6 }).toString("base64"),
  };
}

interface PageFrame {
  readonly title: string;
  /** The opening tag of the page. */
  readonly root: Markup;
  readonly body: Markup;
  /** What of the world outside its script may speak to. */
  readonly connect: "'none'" | "'self'";
}

function pageHtml({ title, root, body, connect }: PageFrame): string {
  return markup`<!doctype html>
${root}
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(connect)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#timeline">Skip to the timeline</a>
${body}
<script>${new Markup(script)}</script>
</body>
</html>
`.html;
}

function policy(connect: PageFrame["connect"]): string {
  const hash = (text: string) =>
    `'sha256-${new Bun.CryptoHasher("sha256").update(text).digest("base64")}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
