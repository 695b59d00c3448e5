import { describe, expect, test } from "bun:test";
import Ajv2020 from "ajv/dist/2020";
import {
  flowLine,
  gapLine,
  loadFooter,
  loadHeader,
  okLine,
  reportOf,
  streamLine,
} from "../../tests/support/ledger-lines.ts";
import { randomRun } from "../../tests/support/random-run.ts";
import { renderJson } from "./render-json.ts";
import schema from "./report.schema.json";

const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);

function errorsOf(text: string) {
  return validate(JSON.parse(text)) ? [] : validate.errors;
}

describe("report.schema.json", () => {
  test("describes what renderJson() writes of runs in which anything happens", () => {
    for (let seed = 1; seed <= 40; seed++) {
      expect(errorsOf(renderJson(reportOf(randomRun(seed))))).toEqual([]);
    }
  });

  test("describes it without server and fault ledgers, without a header, and of several hosts", () => {
    const [, ...headless] = randomRun(1)["client.log"] ?? [];
    expect(errorsOf(renderJson(reportOf({ "client.log": headless }, "all")))).toEqual([]);
    const client = (run: string, host: string) => [
      loadHeader(0, { run, host }),
      okLine(4, 1, { run }),
      loadFooter(4000, { scheduled: 1, ok: 1 }, { run }),
    ];
    const report = reportOf({ "a.log": client("a", "h1"), "b.log": client("b", "h2") });
    expect(report.reports[0]?.run.parts).toHaveLength(2);
    expect(errorsOf(renderJson(report))).toEqual([]);
  });

  test("describes streams, with gaps and without an outcome", () => {
    const header = loadHeader(0).replace(" t_us=", " config.mode=stream config.streams=2 t_us=");
    const lines = [header, gapLine(500, 1), streamLine(900, 2), flowLine(1, 1, 5)];
    const report = reportOf({ "client.log": lines });
    expect(report.reports[0]?.streams).toMatchObject({ total: 2, lost: 1 });
    expect(errorsOf(renderJson(report))).toEqual([]);
  });

  test("refuses a key that it does not know, and a key that is missing", () => {
    const report = JSON.parse(renderJson(reportOf(randomRun(1))));
    const [run] = report.reports;
    expect(validate({ ...report, more: 1 })).toBe(false);
    expect(
      validate({ ...report, reports: [{ ...run, latency: { ...run.latency, p98Ms: 1 } }] }),
    ).toBe(false);
    const { p50Ms: _, ...without } = run.latency.ok;
    expect(
      validate({ ...report, reports: [{ ...run, latency: { ...run.latency, ok: without } }] }),
    ).toBe(false);
  });

  test("has numbers with their unit or what they count in every key", () => {
    const unitless = [...numberKeys(schema.$defs)].filter(
      (key) => !/(Ms|Us|PerSecond(Min|Mean|Max)?|Share)$/.test(key),
    );
    // What is left are counts.
    expect(unitless).toEqual([]);
  });
});

/** Keys of properties that hold a number which need not be whole. */
function* numberKeys(node: unknown): Generator<string> {
  if (typeof node !== "object" || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    const type = typeof value === "object" && value !== null && "type" in value ? value.type : "";
    if (type === "number" || (Array.isArray(type) && type.includes("number"))) yield key;
    yield* numberKeys(value);
  }
}
