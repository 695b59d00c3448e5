import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLError,
} from "yaml";
import type { DfsError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { didYouMean } from "../../base/nearest.ts";
import { type Given, usage } from "../rule.ts";

/** A value of the file, and how an error is to call it: its place, then its name. */
export interface Entry {
  readonly node: Node;
  readonly name: string;
}

/** The entries of a mapping by key. */
export interface Section {
  /** Of the mapping itself. */
  readonly name: string;
  readonly entries: ReadonlyMap<string, Entry>;
}

/**
 * A scenario file as text with places. Every scalar is the text that was written, so that no value
 * changes by a rule of YAML's; aliases and tags, which make more of a text than it says, are
 * refused. Whatever it throws is a usage error that begins with `FILE:LINE:COLUMN`.
 */
export class ScenarioSource {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #root: Node | null;

  constructor(file: string, bytes: Uint8Array) {
    this.#file = file;
    const text = textOf(file, bytes);
    const { contents, errors } = parseDocument<Node>(text, {
      ...{ schema: "failsafe", prettyErrors: false, logLevel: "error", stringKeys: true },
      lineCounter: this.#lines,
    });
    const tooDeep = errors.find(({ code }) => code === "RESOURCE_EXHAUSTION");
    const error = tooDeep ?? errors[0];
    if (error !== undefined) throw usage(`${this.#at(error.pos[0])}: ${textOfError(error)}`);
    this.#root = contents;
  }

  /** The file's own mapping. */
  root(keys: readonly string[]): Section {
    const node = this.#root;
    if (node === null) throw usage(`${this.#file} is empty: its keys are ${keys.join(", ")}`);
    return this.section({ node, name: `${this.#placeOf(node)}: the scenario` }, keys);
  }

  /** A mapping with no other keys than `keys`. */
  section({ node, name }: Entry, keys: readonly string[]): Section {
    if (!isMap(node) || this.#hasExtras(node))
      throw this.#unlike({ node, name }, `a mapping with ${keysText(keys)}`);
    const entries = new Map<string, Entry>();
    for (const { key, value } of node.items as readonly Pair<Node, Node | null>[]) {
      const word = isScalar<string>(key) ? key.value : "";
      if (!keys.includes(word)) {
        const hint = didYouMean(word, keys);
        throw usage(
          `${this.#placeOf(key)}: unknown key "${word}", and here are ${keysText(keys)}${hint}`,
        );
      }
      const entry = value ?? key;
      entries.set(word, { node: entry, name: `${this.#placeOf(entry)}: ${word}` });
    }
    return { name, entries };
  }

  /** The items of a list; `what` names each, with its number. */
  list(entry: Entry, what: string): readonly Entry[] {
    const { node } = entry;
    if (!isSeq<Node>(node) || this.#hasExtras(node))
      throw this.#unlike(entry, "a list: one item a line, each after -");
    return node.items.map((item, index) => ({
      node: item,
      name: `${this.#placeOf(item)}: ${what} ${index + 1}`,
    }));
  }

  /** A single value as it was written. */
  scalar(entry: Entry): Given {
    const { node, name } = entry;
    if (!isScalar<string>(node) || this.#hasExtras(node))
      throw this.#unlike(entry, "a single value");
    return { text: node.value, name };
  }

  #unlike({ node, name }: Entry, form: string): DfsError {
    if (isAlias(node)) {
      return usage(
        `${name} must be written out: aliases such as *${node.source} are not known here`,
      );
    }
    if (this.#hasExtras(node)) {
      return usage(`${name} must be a plain value: tags such as ${node.tag} are not known here`);
    }
    const isEmpty = isScalar<string>(node) && node.value === "";
    const text = isScalar<string>(node) ? `"${node.value}"` : isMap(node) ? "a mapping" : "a list";
    return usage(`${name} must be ${form}: current value is ${isEmpty ? "empty" : text}`);
  }

  #hasExtras(node: Node): node is Node & { tag: string } {
    return "tag" in node && typeof node.tag === "string" && node.tag !== "!";
  }

  #placeOf(node: Node): string {
    return this.#at(node.range?.[0] ?? 0);
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  }
}

function keysText(keys: readonly string[]): string {
  return `the keys ${keys.join(", ")}`;
}

function textOf(file: string, bytes: Uint8Array): string {
  if (bytes.length > limits.scenarioMaxBytes) {
    throw usage(`${file} must be at most ${limits.scenarioMaxBytes} bytes, and it is larger`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw usage(`${file} must be UTF-8 text, and it is not`);
  }
}

function textOfError({ code, message }: YAMLError): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return "this key is given more than once";
    case "MULTIPLE_DOCS":
      return "a scenario file holds one document, and here begins another";
    case "RESOURCE_EXHAUSTION":
      return "this is nested too deep";
    default:
      return `this is not YAML: ${message}`;
  }
}
