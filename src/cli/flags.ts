import type { ArgDef } from "citty";
import { parseDurationMs } from "../base/duration.ts";
import { type Endpoint, formatEndpoint, parseEndpoint } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";

/** One flag of a subcommand: how citty describes it, and how its text becomes a value. */
export interface Flag<T> {
  readonly arg: ArgDef;
  readonly repeatable: boolean;
  /** It may stand alone: then its text is empty. */
  readonly valueOptional?: true;
  /** For dfs itself to type: left out of the help. */
  readonly hidden?: true;
  /** Other names of the flag, in kebab-case, that mean the same. */
  readonly aliases?: readonly string[];
  /**
   * `texts` are the values as typed, in order, none when the flag is absent; throws usage errors.
   */
  read(texts: readonly string[], name: string): T;
}

/** Flags by their camelCase names; on the command line they are kebab-case. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never;
};

interface ValueOptions {
  readonly description: string;
  readonly valueHint: string;
  /** One letter, typed after a single dash. */
  readonly alias?: string;
}

type Parse<T> = (text: string, name: string) => T;

/** A flag with a default, written as a user would type it. */
function withDefault<T>(options: ValueOptions & { default: string }, parse: Parse<T>): Flag<T> {
  return {
    arg: { type: "string", ...options },
    repeatable: false,
    read: (texts, name) => parse(texts[0] ?? options.default, name),
  };
}

function optional<T>(options: ValueOptions, parse: Parse<T>): Flag<T | undefined> {
  return {
    arg: { type: "string", ...options },
    repeatable: false,
    read: (texts, name) => (texts[0] === undefined ? undefined : parse(texts[0], name)),
  };
}

function required<T>(options: ValueOptions, parse: Parse<T>): Flag<T> {
  return {
    arg: { type: "string", required: true, ...options },
    repeatable: false,
    read: (texts, name) => parse(present(texts[0], name), name),
  };
}

function present(text: string | undefined, name: string): string {
  if (text === undefined) throw new DfsError("usage", `${name} is required`);
  return text;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function parseNumber(kind: "a whole number" | "a number", range: Range): Parse<number> {
  const form = kind === "a number" ? /^-?(\d+(\.\d+)?|\.\d+)$/ : /^-?\d+$/;
  return (text, name) => {
    const value = Number(text);
    if (!form.test(text) || value < range.min || value > range.max) {
      throw new DfsError(
        "usage",
        `${name} must be ${kind} in ${range.min}..${range.max}: current value is "${text}"`,
      );
    }
    return value;
  };
}

function parseDuration(range: Range): Parse<number> {
  return (text, name) => {
    const durationMs = parseDurationMs(text);
    if (durationMs === undefined) {
      throw new DfsError(
        "usage",
        `${name} must be a duration such as 250ms, 10s, 1m30s or plain seconds: current value is "${text}"`,
      );
    }
    if (durationMs < range.min || durationMs > range.max) {
      throw new DfsError(
        "usage",
        `${name} must be in ${range.min / 1000}s..${range.max / 1000}s: current value is "${text}"`,
      );
    }
    return durationMs;
  };
}

function parseChoice<const T extends string>(choices: readonly T[]): Parse<T> {
  return (text, name) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice !== undefined) return choice;
    throw new DfsError(
      "usage",
      `${name} must be one of ${choices.join(", ")}: current value is "${text}"${didYouMean(text, choices)}`,
    );
  };
}

export const portRange: Range = { min: 1, max: 65535 };

export const port = parseNumber("a whole number", portRange);

/** A whole number within a range, both ends included. */
export const wholeNumber = {
  withDefault: (options: ValueOptions & Range & { default: string }) =>
    withDefault(described(options), parseNumber("a whole number", options)),
  optional: (options: ValueOptions & Range) =>
    optional(described(options), parseNumber("a whole number", options)),
  required: (options: ValueOptions & Range) =>
    required(described(options), parseNumber("a whole number", options)),
};

/** A decimal number within a range, both ends included. */
export const decimalNumber = {
  withDefault: (options: ValueOptions & Range & { default: string }) =>
    withDefault(described(options), parseNumber("a number", options)),
  optional: (options: ValueOptions & Range) =>
    optional(described(options), parseNumber("a number", options)),
};

type DurationOptions = Omit<ValueOptions, "valueHint"> & { minMs: number; maxMs: number };

/** A duration; its value is in milliseconds. */
export const duration = {
  withDefault: (options: DurationOptions & { default: string }) =>
    withDefault(durationHint(options), parseDuration({ min: options.minMs, max: options.maxMs })),
  optional: (options: DurationOptions) =>
    optional(durationHint(options), parseDuration({ min: options.minMs, max: options.maxMs })),
  required: (options: DurationOptions) =>
    required(durationHint(options), parseDuration({ min: options.minMs, max: options.maxMs })),
};

/** `80%`, within a range in percent; its value is a share such as 0.8. */
export const percentage = {
  withDefault: (options: Omit<ValueOptions, "valueHint"> & Range & { default: string }) =>
    withDefault({ ...described({ ...options, valueHint: "PERCENT" }) }, parsePercentage(options)),
};

function parsePercentage({ min, max }: Range): Parse<number> {
  return (text, name) => {
    const value = Number(text.replace(/%$/, ""));
    if (/^(\d+(\.\d+)?|\.\d+)%$/.test(text) && value >= min && value <= max) return value / 100;
    throw new DfsError(
      "usage",
      `${name} must be a percentage in ${min}%..${max}%: current value is "${text}"`,
    );
  };
}

/** A text that `read` understands; `form` says which those are, to complete `must be`. */
export function ruled<T>(
  options: ValueOptions,
  { form, read }: { readonly form: string; readonly read: (text: string) => T | undefined },
): Flag<T | undefined> {
  return optional(options, (text, name) => {
    const value = read(text);
    if (value !== undefined) return value;
    throw new DfsError("usage", `${name} must be ${form}: current value is "${text}"`);
  });
}

/** One of a fixed set of words. */
export function choice<const T extends string>(options: {
  description: string;
  choices: readonly T[];
  default: NoInfer<T>;
}): Flag<T> {
  const { choices, ...rest } = options;
  return withDefault({ ...rest, valueHint: choices.join("|") }, parseChoice(choices));
}

/** A name that `parse` understands in more spellings than `names` lists. */
export function named<const T extends string>(
  options: ValueOptions & {
    default: NoInfer<T>;
    names: readonly T[];
    parse: (text: string) => T | undefined;
  },
): Flag<T> {
  const { names, parse, ...rest } = options;
  return withDefault(rest, (text, name) => parse(text) ?? parseChoice(names)(text, name));
}

/** The same without a default. */
export function optionalChoice<const T extends string>(options: {
  description: string;
  choices: readonly T[];
}): Flag<T | undefined> {
  const { choices, description } = options;
  return optional({ description, valueHint: choices.join("|") }, parseChoice(choices));
}

/** Any number of values, in the order typed. */
export function repeated<T>(options: ValueOptions, parse: Parse<T>): Flag<readonly T[]> {
  return {
    arg: { type: "string", ...options },
    repeatable: true,
    read: (texts, name) => texts.map((text) => parse(text, name)),
  };
}

/** Any text that is not empty. */
export const text = {
  withDefault: (options: ValueOptions & { default: string }) => withDefault(options, parseText),
  optional: (options: ValueOptions) => optional(options, parseText),
};

export function parseText(value: string, name: string): string {
  if (value === "") throw new DfsError("usage", `${name} must not be empty`);
  return value;
}

const parseVertex = parseNumber("a whole number", { min: 0, max: 2 ** 31 - 1 });

/** A vertex. */
export function vertex(description: string): Flag<number | undefined> {
  return optional({ description, valueHint: "V" }, parseVertex);
}

/** A vertex, or `none`. */
export function vertexOrNone(description: string): Flag<number | "none" | undefined> {
  return optional({ description, valueHint: "V|none" }, (value, name) =>
    value === "none" ? value : parseVertex(value, name),
  );
}

/** Present or absent. */
export function toggle(description: string): Flag<boolean> {
  return {
    arg: { type: "boolean", description },
    repeatable: false,
    read: (texts) => texts.length > 0,
  };
}

/** A flag that may stand without its value, which then is `alone`. */
export function valueOrNone<T>(
  options: ValueOptions,
  parse: Parse<T>,
): Flag<T | "alone" | undefined> {
  return {
    arg: { type: "string", ...options },
    repeatable: false,
    valueOptional: true,
    read([typed], name) {
      if (typed === undefined) return undefined;
      return typed === "" ? "alone" : parse(typed, name);
    },
  };
}

/** `flag`, which may be typed by another name too; the help says so. */
export function alsoNamed<T>(alias: string, flag: Flag<T>): Flag<T> {
  const description = `${flag.arg.description ?? ""} (also --${alias})`;
  const aliases = [...(flag.aliases ?? []), alias];
  return { ...flag, arg: { ...flag.arg, description }, aliases };
}

/** `flag`, undefined where it is left out. */
export function optionally<T>(flag: Flag<T>): Flag<T | undefined> {
  return {
    ...flag,
    arg: { ...flag.arg, required: false },
    read: (texts, name) => (texts.length === 0 ? undefined : flag.read(texts, name)),
  };
}

/** `flag`, left out of the help. */
export function hidden<T>(flag: Flag<T>): Flag<T> {
  return { ...flag, hidden: true };
}

/** Endpoints, comma-separated or repeated; duplicates are refused. */
export function endpoints(description: string): Flag<readonly Endpoint[]> {
  return {
    arg: { type: "string", required: true, description, valueHint: "host:port,..." },
    repeatable: true,
    read(texts, name) {
      const parsed = present(texts.length > 0 ? texts.join(",") : undefined, name)
        .split(",")
        .map((part) => parseEndpoint(part.trim()));
      const seen = new Set<string>();
      for (const endpoint of parsed.map(formatEndpoint)) {
        if (seen.has(endpoint)) throw new DfsError("usage", `${name} names ${endpoint} twice`);
        seen.add(endpoint);
      }
      return parsed;
    },
  };
}

/** Where a ledger goes; `none` keeps none. */
export function logfile(defaultPath: string): Flag<string | undefined> {
  return withDefault(
    { description: "Ledger to append to, or none", valueHint: "FILE|none", default: defaultPath },
    (value, name) => (parseText(value, name) === "none" ? undefined : value),
  );
}

function described<T extends ValueOptions & Range>(options: T): Omit<T, "min" | "max"> {
  const { min: _min, max: _max, ...rest } = options;
  return rest;
}

function durationHint<T extends DurationOptions>(
  options: T,
): Omit<T, "minMs" | "maxMs"> & { valueHint: string } {
  const { minMs: _min, maxMs: _max, ...rest } = options;
  return { ...rest, valueHint: "duration" };
}
