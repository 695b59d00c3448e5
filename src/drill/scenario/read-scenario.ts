import { limits } from "../../base/limits.ts";
import { type GraphSpec, parseGraphSpec } from "../../graph/graph-spec.ts";
import type { LoadConfig } from "../../load/load-config.ts";
import type { RestartMode } from "../../replica/restart-policy.ts";
import { parseRequirement, type Requirement } from "../../report/requirement.ts";
import { placeFaults } from "../place-faults.ts";
import type { PlannedFault } from "../planned-fault.ts";
import {
  choice,
  duration,
  type Given,
  type Rule,
  readBy,
  someText,
  usage,
  wholeNumber,
} from "../rule.ts";
import { type Rules, readValues } from "./read-values.ts";
import { faultsOf } from "./scenario-faults.ts";
import { loadOf, loadRules } from "./scenario-load.ts";
import { ScenarioSource, type Section } from "./scenario-source.ts";

/** A drill as a file says it, complete and checked. */
export interface Scenario {
  readonly name: string | undefined;
  readonly graph: { readonly spec: GraphSpec; readonly isUndirected: boolean } | undefined;
  readonly restart: RestartMode;
  readonly restartDelayMs: number;
  /** Its replicas are at consecutive ports of localhost, as long as these are free. */
  readonly load: LoadConfig;
  readonly faults: readonly PlannedFault[];
  readonly require: readonly Requirement[];
}

export const scenarioKeys = ["name", "replicas", "load", "faults", "require"] as const;

const yesOrNo: Rule<boolean> = {
  form: "true or false",
  read: (text) => (text === "true" ? true : text === "false" ? false : undefined),
  words: ["true", "false"],
};

/** The keys of `replicas`, named as the flags of `dfs serve`. */
export const replicaRules = {
  count: wholeNumber({ min: 1, max: limits.replicaMaxCount }),
  port: wholeNumber({ min: 1, max: 65_535 }),
  graph: someText,
  undirected: yesOrNo,
  restart: choice(["never", "on-crash"]),
  "restart-delay": duration({ min: 0, max: limits.durationMaxMs }),
};

/** What a scenario does unless it says otherwise; its load is as that of `dfs load`. */
const defaults = { count: 2, port: 50_051, restart: "on-crash", restartDelayMs: 2000 } as const;

/** Reads the bytes of `file`; throws a usage error that names file, line and column. */
export function readScenario(file: string, bytes: Uint8Array): Scenario {
  const source = new ScenarioSource(file, bytes);
  const root = source.root(scenarioKeys);
  const name = root.entries.get("name");
  const replicas = sectionOf(source, root, { key: "replicas", rules: replicaRules });
  const { count = defaults.count, port = defaults.port, ...of } = replicas.values;
  if (port + count - 1 > 65_535) {
    throw usage(
      `${replicas.section?.entries.get("port")?.name} must leave room for ${count} replicas up to ` +
        `65535: current value is "${port}"; the highest is ${65_535 - count + 1}`,
    );
  }
  const endpoints = Array.from({ length: count }, (_, index) => ({
    host: "localhost",
    port: port + index,
  }));
  const about = sectionOf(source, root, { key: "load", rules: loadRules });
  const load = loadOf(about.values, about.section, endpoints);
  const wishes = faultsOf(source, root.entries.get("faults"), { first: port, count });
  return {
    name: name === undefined ? undefined : readBy(someText, source.scalar(name)),
    graph: graphOf(source, replicas.section, of.undirected ?? false),
    restart: of.restart ?? defaults.restart,
    restartDelayMs: of["restart-delay"] ?? defaults.restartDelayMs,
    load,
    faults: placeFaults(wishes, load),
    require: requirementsOf(source, root),
  };
}

function sectionOf<R extends Rules>(
  source: ScenarioSource,
  root: Section,
  { key, rules }: { readonly key: string; readonly rules: R },
) {
  const entry = root.entries.get(key);
  const section = entry === undefined ? undefined : source.section(entry, Object.keys(rules));
  const empty: Section = { name: key, entries: new Map() };
  return { section, values: readValues(source, section ?? empty, rules) };
}

function requirementsOf(source: ScenarioSource, root: Section): readonly Requirement[] {
  const entry = root.entries.get("require");
  if (entry === undefined) return [];
  return source.list(entry, "requirement").map((item) => {
    const { text, name } = source.scalar(item);
    return parseRequirement(text, name);
  });
}

function graphOf(
  source: ScenarioSource,
  section: Section | undefined,
  isUndirected: boolean,
): Scenario["graph"] {
  const entry = section?.entries.get("graph");
  const undirected = section?.entries.get("undirected");
  if (entry === undefined) {
    if (undirected === undefined) return undefined;
    throw usage(`${undirected.name} says how a graph is read: it needs graph beside it`);
  }
  const given = source.scalar(entry);
  const spec = specOf(given);
  if (spec.kind === "stdin") {
    throw usage(`${given.name} must be a file, or a graph made by a rule: current value is "-"`);
  }
  if (isUndirected && spec.kind !== "file") {
    throw usage(
      `${undirected?.name} is of graphs that are read from a file: "${given.text}" is not`,
    );
  }
  return { spec, isUndirected };
}

function specOf({ text, name }: Given): GraphSpec {
  try {
    return parseGraphSpec(text);
  } catch (error) {
    throw usage(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
