import { DfsError } from "../base/errors.ts";
import { utcTimestamp } from "../base/local-time.ts";
import { didYouMean } from "../base/nearest.ts";
import { freshUuid, type Random } from "../base/random.ts";

/** What a template's holes are filled from. */
export interface TemplateValues {
  /** The request's, counted from 1. */
  readonly number: number;
  readonly nowUs: number;
  readonly random: Random;
}

/** A text with `{{holes}}`. */
export interface Template {
  /** Of its holes, in order: none when it is always the same text. */
  readonly holes: readonly HoleName[];
  render(values: TemplateValues): string;
}

export const holeNames = ["request", "uuid", "now", "random"] as const;

export type HoleName = (typeof holeNames)[number];

type Fill = (values: TemplateValues) => string;

/** Throws a usage error for a hole that is none, with the nearest; `where` names the text. */
export function parseTemplate(text: string, where: string): Template {
  const parts: (string | Fill)[] = [];
  const holes: HoleName[] = [];
  let end = 0;
  for (const match of text.matchAll(/\{\{(.*?)\}\}/gs)) {
    const { name, fill } = readHole(match[1] ?? "", where);
    parts.push(text.slice(end, match.index), fill);
    holes.push(name);
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return {
    holes,
    render: (values) =>
      parts.map((part) => (typeof part === "string" ? part : part(values))).join(""),
  };
}

function readHole(text: string, where: string): { name: HoleName; fill: Fill } {
  const [word = "", ...rest] = text.trim().split(/\s+/);
  const name = holeNames.find((candidate) => candidate === word);
  if (name === undefined) {
    const names = holeNames.map((one) => `{{${one === "random" ? "random 1 100" : one}}}`);
    throw new DfsError(
      "usage",
      `${where}: "{{${text}}}" must be one of ${names.join(", ")}${didYouMean(word, holeNames)}`,
    );
  }
  if (name === "random") return { name, fill: randomFill(rest, text, where) };
  if (rest.length > 0) {
    throw new DfsError(
      "usage",
      `${where}: "{{${text}}}" must be {{${name}}}, with nothing after it`,
    );
  }
  return { name, fill: plainFills[name] };
}

const plainFills: Readonly<Record<Exclude<HoleName, "random">, Fill>> = {
  request: ({ number }) => String(number),
  // Not by the seed: what is to be unique must be so in the next run too.
  uuid: () => freshUuid(),
  now: ({ nowUs }) => utcTimestamp(nowUs),
};

function randomFill(words: readonly string[], text: string, where: string): Fill {
  const [low, high] = words.map((word) => (/^-?\d+$/.test(word) ? Number(word) : Number.NaN));
  const isRange =
    words.length === 2 &&
    Number.isSafeInteger(low) &&
    Number.isSafeInteger(high) &&
    Number(low) <= Number(high);
  if (!isRange || low === undefined || high === undefined) {
    throw new DfsError(
      "usage",
      `${where}: "{{${text}}}" must be {{random LOW HIGH}}, two whole numbers, the lower first`,
    );
  }
  return ({ random }) => String(low + Math.floor(random.next() * (high - low + 1)));
}
