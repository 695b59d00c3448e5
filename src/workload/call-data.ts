import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { seededRandom, shuffled } from "../base/random.ts";
import type { CallMethod } from "../rpc/schema/call-method.ts";
import { parseJson } from "../rpc/schema/parse-json.ts";
import { parseTemplate, type Template, type TemplateValues } from "./call-template.ts";

/** The JSON texts of a call's requests, checked, with their templates. */
export interface CallData {
  readonly items: readonly DataItem[];
  /** Each time through, in another order. */
  readonly isShuffled: boolean;
  /** `--data`, or the name of the file. */
  readonly source: string;
}

export interface DataItem {
  readonly template: Template;
  /** What errors call it, such as `--data-file a.jsonl:3`. */
  readonly where: string;
  /** Of a template without holes. */
  readonly bytes: Uint8Array | undefined;
}

/** Throws a usage error for what is no template, no JSON, or no message of the method. */
export function dataItem(text: string, where: string, { request }: CallMethod): DataItem {
  const template = parseTemplate(text, where);
  const isFixed = template.holes.length === 0;
  const encode = (values: TemplateValues) => {
    const filled = template.render(values);
    const shown = filled.slice(0, limits.errorValueMaxLength);
    return request.encode(
      parseJson(filled, isFixed ? where : `${where}, filled in as ${shown},`),
      where,
    );
  };
  if (isFixed) return { template, where, bytes: encode(sampleValues[0]) };
  // Both ends of what the holes can hold.
  for (const values of sampleValues) encode(values);
  return { template, where, bytes: undefined };
}

/** The least and the greatest values that templates are checked with before anything is sent. */
export const sampleValues: readonly [TemplateValues, TemplateValues] = [
  { number: 1, nowUs: 0, random: { next: () => 0 } },
  { number: 1_000_000, nowUs: 1.8e15, random: { next: () => 1 - 2 ** -32 } },
];

/**
 * JSON lines: one request a line, blank lines left out. A million lines take seconds: others, such
 * as Ctrl-C, have their turns in between.
 */
export async function dataLines(
  text: string,
  path: string,
  method: CallMethod,
): Promise<readonly DataItem[]> {
  const items: DataItem[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const number = index + 1;
    if (number % limits.dataLinesPerTurnCount === 0) await othersTurn();
    if (line.trim() === "") continue;
    items.push(dataItem(line, `--data-file ${path}:${number}`, method));
  }
  if (items.length === 0) throw new DfsError("usage", `--data-file ${path} holds no request`);
  return items;
}

function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const roundsKeptCount = 4;

/** Which item each request takes. */
export class DataOrder {
  readonly #count: number;
  readonly #seed: number | undefined;
  /** Of the latest rounds: answers to one come while the next is asked. */
  readonly #rounds = new Map<number, Uint32Array>();

  /** Without a seed: in order, again and again. */
  constructor(count: number, seed: number | undefined) {
    this.#count = count;
    this.#seed = seed;
  }

  /** Index of the item of the request with that number, counted from 1. */
  itemOf(number: number): number {
    const place = (number - 1) % this.#count;
    if (this.#seed === undefined) return place;
    const round = Math.floor((number - 1) / this.#count);
    return this.#orderOf(round, this.#seed)[place] ?? 0;
  }

  #orderOf(round: number, seed: number): Uint32Array {
    const known = this.#rounds.get(round);
    if (known !== undefined) return known;
    const order = shuffled(this.#count, seededRandom(mixed(seed, round)));
    this.#rounds.set(round, order);
    const [oldest] = this.#rounds.keys();
    if (this.#rounds.size > roundsKeptCount && oldest !== undefined) this.#rounds.delete(oldest);
    return order;
  }
}

/** What a request's holes are filled from; the same for the same seed and number, but the time. */
export function valuesOf(seed: number, number: number, nowUs: number): TemplateValues {
  return { number, nowUs, random: seededRandom(mixed(seed, number)) };
}

/** Seeds far from each other for numbers that follow each other. */
function mixed(seed: number, number: number): number {
  return (seed ^ Math.imul(number, 0x85eb_ca6b)) >>> 0;
}

/** Throws a usage error for a text that is too large to be kept. */
export function checkDataSize(byteCount: number, path: string): void {
  if (byteCount <= limits.callDataMaxBytes) return;
  const mebibytes = limits.callDataMaxBytes / 1024 / 1024;
  throw new DfsError("usage", `${path} must be at most ${mebibytes} MiB: it has more`);
}
