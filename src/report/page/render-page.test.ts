import { expect, test } from "bun:test";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  collect,
  type Files,
  gapLine,
  loadFooter,
  loadHeader,
  okLine,
  streamLine,
} from "../../../tests/support/ledger-lines.ts";
import { randomRun } from "../../../tests/support/random-run.ts";
import { readLedger } from "../../ledger/reader.ts";
import { LedgerCollector } from "../ledger-collector.ts";
import { reportLedgers } from "../report-run.ts";
import { pageData } from "./page-data.ts";
import { attemptShape, requestShape } from "./page-shape.ts";
import { renderPage } from "./render-page.ts";
import { TableReader } from "./table-coding.ts";

function pageOf(files: Files) {
  const ledger = collect(files);
  const [report] = reportLedgers(ledger).reports;
  if (report === undefined) throw new Error("the ledgers hold a run");
  const data = pageData(ledger, report);
  return { data, html: renderPage(data) };
}

function textOf(html: string, id: string): string {
  return new RegExp(`id="${id}">([^<]*)</script>`).exec(html)?.[1] ?? "";
}

test("renderPage() carries every row of a run in which anything happened", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { data, html } = pageOf(randomRun(seed));
    const bytes = gunzipSync(Buffer.from(textOf(html, "tables"), "base64"));
    const reader = new TableReader(bytes);
    expect(reader.read(requestShape)).toEqual(data.requests);
    expect(reader.read(attemptShape)).toEqual(data.attempts);
    expect(JSON.parse(textOf(html, "facts"))).toEqual(data.facts);
    const ended = data.requests.endedUs;
    expect(ended.every((us, row) => row === 0 || (ended[row - 1] ?? 0) <= us)).toBe(true);
  }
});

test("renderPage() has a page for a run of which nothing but the header is left", () => {
  const { data, html } = pageOf({ "client.log": [loadHeader(0)] });
  expect(data.requests.number).toHaveLength(0);
  expect(data.facts.toUs).toBeGreaterThan(data.facts.fromUs);
  expect(html).toContain("No replica was out");
});

test("renderPage() lets nothing run but its own script, and nothing be fetched", () => {
  const { html } = pageOf(randomRun(1));
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text ?? "");
  const hash = new Bun.CryptoHasher("sha256").update(scripts[0] ?? "").digest("base64");
  expect(scripts).toHaveLength(1);
  // What is in quotation marks within the attribute is spelled as entities.
  expect(html).toContain("default-src &#39;none&#39;; script-src &#39;sha256-");
  expect(html).toContain(hash);
  expect(html).not.toMatch(/unsafe-inline|unsafe-eval|https?:\/\/(?!www\.w3\.org)/);
});

const fixtures = join(import.meta.dir, "../fixtures");

/**
 * All that a page says of the golden ledgers, word by word: but for its style and script, and its
 * tables, which are compared above. UPDATE_GOLDEN=1 writes it anew.
 */
test("renderPage() of the golden ledgers is the golden page", async () => {
  const ledger = new LedgerCollector();
  for (const name of ["client", "server_50051", "server_50052", "fault"]) {
    const source = ledger.source(`golden_${name}.txt`);
    await readLedger(join(fixtures, `golden_${name}.txt`), (record) => source.append(record));
  }
  const [report] = reportLedgers(ledger).reports;
  if (report === undefined) throw new Error("the golden ledgers hold a run");
  const html = renderPage(pageData(ledger, report))
    .replace(/<style>[\s\S]*?<\/style>/, "<style></style>")
    .replace(/<script>[\s\S]*?<\/script>/, "<script></script>")
    .replace(/(id="tables">)[^<]*/, "$1")
    .replaceAll(/sha256-[\w+/=]+/g, "sha256-");
  const path = join(fixtures, "golden_page.html");
  if (process.env["UPDATE_GOLDEN"] === "1") await Bun.write(path, html);
  expect(html).toBe(await Bun.file(path).text());
});

test("renderPage() puts several load machines on one axis, each request under its own id", () => {
  const client = (run: string, host: string) => [
    loadHeader(0, { run, host, durationS: 4, ratePerS: 1 }),
    ...[1, 2, 3].map((number) => okLine(number * 1000, number, { run })),
    loadFooter(4000, { scheduled: 3, ok: 3 }, { run }),
  ];
  const { data, html } = pageOf({ "a.log": client("a", "h1"), "b.log": client("b", "h2") });
  expect(html).toContain("run a+b");
  expect(data.facts.runs).toEqual([
    { run: "a", numberBase: 0 },
    { run: "b", numberBase: 3 },
  ]);
  expect([...data.requests.number].sort()).toEqual([1, 2, 3, 4, 5, 6]);
});

test("renderPage() of streams alone leaves out what is of requests, and shows every gap", () => {
  const header = loadHeader(0).replace(" t_us=", " config.mode=stream config.streams=1 t_us=");
  const totals = { streams: 1, streams_stopped: 1, stream_gaps: 1 };
  const { html } = pageOf({
    "client.log": [
      header,
      gapLine(500, 1),
      streamLine(4000, 1, { outcome: "stopped" }),
      loadFooter(4000, totals),
    ],
  });
  for (const id of ["throughput", "latency", "requests-title", "latency-title"]) {
    expect(html).not.toContain(`id="${id}"`);
  }
  for (const id of ["flow", "states", "streams-title"]) expect(html).toContain(`id="${id}"`);
  expect(html).toContain('data-gap="0"');
  expect(html).toContain("UNAVAILABLE (connection dropped)");
});

test("renderPage() says what a load of another service called, and on which terms", () => {
  const call = 'config.call=shop.Shop/Find config.idempotent="no (not said)" ';
  const right = 'config.right_answer="status OK alone" t_us=';
  const header = loadHeader(0).replace(" t_us=", ` ${call}${right}`);
  const { html } = pageOf({
    "client.log": [header, okLine(100, 1), loadFooter(1000, { scheduled: 1, ok: 1 })],
  });
  expect(html).toContain("<span>calls shop.Shop/Find</span>");
  expect(html).toContain("<span>idempotent: no (not said)</span>");
  expect(html).toContain("<span>right answer: status OK alone</span>");
});
