import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { parse } from "yaml";
import { kindRule } from "../fault-options.ts";
import { readScenario, replicaRules, scenarioKeys } from "./read-scenario.ts";
import schema from "./scenario.schema.json";
import { faultKeys } from "./scenario-faults.ts";
import { loadRules } from "./scenario-load.ts";

const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
  schema,
);
const examplesDir = join(import.meta.dir, "../../../docs/scenarios");

/** Whether the schema, as an editor applies it, and the reader take the text. */
function verdicts(text: string): { schema: boolean; reader: boolean } {
  let reader = true;
  try {
    readScenario("drill.yaml", Buffer.from(text));
  } catch {
    reader = false;
  }
  return { schema: validate(parse(text)), reader };
}

describe("scenario.schema.json", () => {
  const { properties } = schema;

  test("has the keys of the reader, no more and no less", () => {
    const keysOf = (section: { readonly properties: object }) => Object.keys(section.properties);
    expect(keysOf(schema)).toEqual([...scenarioKeys]);
    expect(keysOf(properties.replicas)).toEqual(Object.keys(replicaRules));
    expect(keysOf(properties.load)).toEqual(Object.keys(loadRules));
    expect(keysOf(properties.faults.items)).toEqual([...faultKeys]);
    const kinds = properties.faults.items.properties.kind.enum;
    expect(kinds.toSorted()).toEqual(
      (kindRule.words ?? []).filter((kind) => kind !== "restart").toSorted(),
    );
  });

  test("takes every example, and the reader does", () => {
    const names = readdirSync(examplesDir).filter((name) => name.endsWith(".yaml"));
    expect(names.length).toBeGreaterThanOrEqual(4);
    for (const name of names) {
      const text = readFileSync(join(examplesDir, name), "utf8");
      readScenario(name, Buffer.from(text));
      expect({ name, ok: validate(parse(text)), errors: validate.errors }).toEqual({
        ...{ name, ok: true, errors: null },
      });
    }
  });

  test.each([
    ["name: x\nload: {rate: 0.5, duration: 1m30s, target: none, mode: unary}", true],
    ["replicas: {count: 1, port: 1, graph: 'rmat:5', restart: never, restart-delay: 250ms}", true],
    ["faults: [{kind: limp, replica: 2, at: back+1s, for: 1s, duty: 5%, period: 1s}, ]", false],
    ["faults: [{kind: crash, replica: 2, at: 1s, signal: 9}]", true],
    ["load: {rate: 10..500/60s, duration: 5m, arrival: poisson, seed: 0, warmup: 5s}", true],
    ["load: {stages: '30s:100,1m30s:100..500, 5:.5', max-in-flight: 50}", true],
    ["load: {concurrency: 8, total: 1000}", true],
    ["load: {rate: 10..500}", false],
    ["load: {stages: 30s}", false],
    ["load: {stages: '30s:5;5s:5'}", false],
    ["load: {arrival: random}", false],
    ["load: {total: 0}", false],
    ["load: {seed: 4294967296}", false],
    ["nam: x", false],
    ["load: {rat: 5}", false],
    ["load: {rate: 0}", false],
    ["load: {duration: 5y}", false],
    ["load: {policy: best}", false],
    ["load: {target: -1}", false],
    ["replicas: {count: 65}", false],
    ["replicas: {undirected: 'maybe'}", false],
    ["faults: [{kind: crash, replica: 1}]", false],
    ["faults: [{kind: crash, at: 1s}]", false],
    ["faults: [{kind: crash, at: 1s, replica: 1, port: 50051}]", false],
    ["faults: [{kind: restart, at: 1s, replica: 1}]", false],
    ["faults: [{kind: crash, at: soon, replica: 1}]", false],
    ["require: p99<=5ms", false],
  ])("agrees with the reader on %s", (text, isGood) => {
    if (text.includes("back+1s")) {
      // What depends on several keys is the reader's alone.
      expect(verdicts(text)).toEqual({ schema: true, reader: false });
      return;
    }
    expect(verdicts(text)).toEqual({ schema: isGood, reader: isGood });
  });
});
