import { limits } from "../../base/limits.ts";
import { nearest } from "../../base/nearest.ts";
import { kindRule, type OptionName, optionNames, readFault } from "../fault-options.ts";
import type { NamedWish } from "../place-faults.ts";
import { type Given, readBy, usage, wholeNumber } from "../rule.ts";
import type { Entry, ScenarioSource, Section } from "./scenario-source.ts";

/** The keys of a fault. */
export const faultKeys = ["kind", "replica", "port", "at", ...optionNames] as const;

const spanWords = { name: "for", form: "such as for: 10s" };

/** The ports that the file gives its replicas; those they get in the end may be others. */
export interface PortRow {
  readonly first: number;
  readonly count: number;
}

/** The faults of the file, each on one of its replicas; throws usage errors. */
export function faultsOf(
  source: ScenarioSource,
  entry: Entry | undefined,
  row: PortRow,
): readonly NamedWish[] {
  if (entry === undefined) return [];
  const items = source.list(entry, "fault");
  if (items.length > limits.drillFaultMaxCount) {
    throw usage(
      `${entry.name} must be at most ${limits.drillFaultMaxCount}: current number is ${items.length}`,
    );
  }
  return items.map((item) => {
    const section = source.section(item, faultKeys);
    return {
      wish: { ...readOne(source, section), ...targetOf(source, section, row) },
      name: item.name,
    };
  });
}

function readOne(source: ScenarioSource, section: Section) {
  const { name } = section;
  const options = new Map<OptionName, Given>();
  for (const option of optionNames) {
    const entry = section.entries.get(option);
    if (entry !== undefined) options.set(option, source.scalar(entry));
  }
  const kind = source.scalar(needed(section, "kind"));
  if (readBy(kindRule, kind) === "restart") {
    throw usage(
      `${kind.name} must be another kind than restart, as the scenario's replicas are started ` +
        'again by replicas.restart: current value is "restart"; did you mean "crash"?',
    );
  }
  const start = source.scalar(needed(section, "at"));
  return readFault({ kind, start, options, name, spanWords });
}

function needed({ name, entries }: Section, key: string): Entry {
  const entry = entries.get(key);
  if (entry !== undefined) return entry;
  throw usage(`${name} needs the key ${key}`);
}

/** The replica by its number, from 1, or by its port. */
function targetOf(source: ScenarioSource, section: Section, { first, count }: PortRow) {
  const number = section.entries.get("replica");
  const port = section.entries.get("port");
  if ((number === undefined) === (port === undefined)) {
    throw usage(`${section.name} needs one of the keys replica and port`);
  }
  if (number !== undefined) {
    const rule = wholeNumber({ min: 1, max: count });
    const value = readBy(rule, source.scalar(number));
    return { port: first + value - 1, host: undefined };
  }
  const ports = Array.from({ length: count }, (_, index) => String(first + index));
  const given = source.scalar(port ?? needed(section, "port"));
  const form = `one of the replicas' ports, ${first}..${first + count - 1}`;
  const read = (text: string) => (ports.includes(text) ? Number(text) : undefined);
  const words = [nearest(given.text, ports)].filter((word) => word !== undefined);
  return { port: readBy({ form, read, words }, given), host: undefined };
}
