import { expect, test } from "bun:test";
import {
  loadFooter,
  loadHeader,
  okLine,
  reportOf,
  streamLine,
} from "../../tests/support/ledger-lines.ts";
import { definitionOf, definitions } from "./definitions.ts";
import { renderText } from "./render-text.ts";

const report = reportOf({
  "client.log": [
    loadHeader(0),
    okLine(4, 1),
    streamLine(3000, 1),
    loadFooter(4000, { scheduled: 1, ok: 1, streams: 1, streams_ok: 1 }),
  ],
});

test("definitions stand below the figures when asked for, and only then", () => {
  const width = 1000;
  const explained = renderText(report, { color: false, width, explain: true });
  const plain = renderText(report, { color: false, width });
  for (const { figure, definition } of definitions) {
    expect(explained).toContain(`\n    ${figure}: ${definition}\n`);
    expect(plain).not.toContain(`\n    ${figure}: `);
  }
  expect(definitions.length).toBeGreaterThan(30);
  expect(explained.split("\n").at(-1)).toBe(plain.split("\n").at(-1) ?? "");
});

test("definitionOf() is what headings say, and refuses a figure that has none", () => {
  const text = renderText(report, { color: false, width: 100 });
  expect(text).toContain(`Latency (${definitionOf("latency", "latency")})\n`);
  expect(text).toContain(`Recovery (${definitionOf("outages", "recovery")})\n`);
  expect(() => definitionOf("latency", "nonsense")).toThrow("No definition of nonsense");
});
