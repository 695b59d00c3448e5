import { formatDuration, parseDurationMs } from "../../base/duration.ts";
import { DfsError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { didYouMean } from "../../base/nearest.ts";
import { type RandomKind, randomKinds, type WeightedKind } from "../../fault/random-plan.ts";
import { type Flag, parseText, port, portRange } from "../flags.ts";

/** `50051-50053,50060`, also repeated; in order, each port once. */
export function ports(description: string): Flag<readonly number[]> {
  return {
    arg: { type: "string", required: true, description, valueHint: "PORT|FROM-TO,..." },
    repeatable: true,
    read(texts, name) {
      if (texts.length === 0) throw new DfsError("usage", `${name} is required`);
      const all = texts
        .join(",")
        .split(",")
        .flatMap((part) => portsOf(part.trim(), name));
      const twice = all.find((port, index) => all.indexOf(port) < index);
      if (twice !== undefined) throw new DfsError("usage", `${name} names ${twice} twice`);
      return assertFew(all, name).toSorted((a, b) => a - b);
    },
  };
}

function portsOf(part: string, name: string): readonly number[] {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(part) ?? [];
  if (from === undefined || to === undefined) return [port(part, name)];
  const [first, last] = [port(from, name), port(to, name)];
  if (first > last) {
    throw new DfsError(
      "usage",
      `${name} takes ranges that rise, in ${portRange.min}..${portRange.max}: ` +
        `current value is "${part}"; did you mean "${last}-${first}"?`,
    );
  }
  const count = Math.min(last - first, limits.randomPortMaxCount) + 1;
  return Array.from({ length: count }, (_, index) => first + index);
}

function assertFew(all: readonly number[], name: string): readonly number[] {
  if (all.length <= limits.randomPortMaxCount) return all;
  throw new DfsError("usage", `${name} takes at most ${limits.randomPortMaxCount} ports`);
}

const kindNames = Object.keys(randomKinds);

/** `crash,stall:3`: names, each with how often it comes beside the others. */
export function weightedKinds(options: {
  readonly description: string;
  readonly default: string;
}): Flag<readonly WeightedKind[]> {
  return {
    arg: { type: "string", valueHint: "KIND[:WEIGHT],...", ...options },
    repeatable: false,
    read([text = options.default], name) {
      const kinds = text.split(",").map((part) => weightedKind(part.trim(), name));
      const twice = kinds.find(
        ({ kind }, index) => kinds.findIndex((other) => other.kind === kind) < index,
      );
      if (twice === undefined) return kinds;
      throw new DfsError("usage", `${name} names ${twice.kind} twice`);
    },
  };
}

function weightedKind(part: string, name: string): WeightedKind {
  const [word = "", weightText = "1", ...rest] = part.split(":");
  if (!isKind(word)) {
    const known = kindNames.join(", ");
    throw new DfsError(
      "usage",
      `${name} takes kinds of ${known}: current value is "${part}"${didYouMean(word, kindNames)}`,
    );
  }
  const weight = Number(weightText);
  if (/^\d+$/.test(weightText) && rest.length === 0 && weight >= 1) {
    if (weight <= limits.randomWeightMaxCount) return { kind: word, weight };
  }
  throw new DfsError(
    "usage",
    `${name} takes KIND or KIND:WEIGHT with a whole weight in 1..${limits.randomWeightMaxCount}: ` +
      `current value is "${part}"`,
  );
}

function isKind(word: string): word is RandomKind {
  return kindNames.includes(word);
}

/** Milliseconds, both ends included. */
export interface Span {
  readonly minMs: number;
  readonly maxMs: number;
}

/** `1s..5s`, or `2s`, which is both ends. */
export function durationRange(
  options: Span & { readonly description: string; readonly default: string },
): Flag<Span> {
  const { minMs: leastMs, maxMs: mostMs, ...rest } = options;
  return {
    arg: { type: "string", valueHint: "MIN..MAX", ...rest },
    repeatable: false,
    read([text = options.default], name) {
      const [minText = "", maxText = minText, ...more] = parseText(text, name).split("..");
      const [minMs, maxMs] = [parseDurationMs(minText), parseDurationMs(maxText)];
      if (minMs === undefined || maxMs === undefined || more.length > 0) {
        throw new DfsError(
          "usage",
          `${name} must be a duration such as 2s, or two of them such as 1s..5s: ` +
            `current value is "${text}"`,
        );
      }
      if (minMs >= leastMs && maxMs <= mostMs && minMs <= maxMs) return { minMs, maxMs };
      const range = `${formatDuration(leastMs)}..${formatDuration(mostMs)}`;
      throw new DfsError(
        "usage",
        `${name} must rise and be within ${range}: current value is "${text}"`,
      );
    },
  };
}
