import { DfsError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import type { Flag, Flags, FlagValues } from "./flags.ts";

/** A command line read strictly: every word accounted for. */
export interface StrictArgs {
  /** Kebab-case flag name to its values as typed; one that stands alone has an empty value. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

/** `numVertices` -> `num-vertices`. */
export function flagName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * citty's own parser drops unknown flags, takes a missing value for an empty one and keeps the last
 * of repeated flags. This one refuses all three with a usage error that names the nearest valid
 * flag.
 */
export function parseStrictly(
  rawArgs: readonly string[],
  flags: Flags,
  positionalsAllowed: boolean,
): StrictArgs {
  const known = new Map(Object.entries(flags).map(([key, flag]) => [flagName(key), flag]));
  const aliases = aliasesOf(flags);
  const names = [...known.keys(), ...aliases.keys()].filter((name) => !name.startsWith("-"));
  const texts = new Map<string, string[]>();
  const positionals: string[] = [];
  let before: string | undefined;
  const words = [...rawArgs];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!isFlag(word)) {
      if (!positionalsAllowed) throw unexpectedWord(word, names, before);
      positionals.push(word);
      continue;
    }
    const { name: writtenName, inlineValue } = splitFlag(word);
    const name = aliases.get(writtenName) ?? writtenName;
    const flag = known.get(name);
    if (flag === undefined) throw unknownFlag(word, name, names);
    const given = texts.get(name) ?? [];
    if (given.length > 0 && !flag.repeatable) {
      const also = writtenName === name ? "" : ` (--${writtenName} is the same)`;
      throw new DfsError("usage", `--${name} is given more than once${also}`);
    }
    given.push(typed(flag, name, inlineValue, words));
    texts.set(name, given);
    before = name;
  }
  return { texts, positionals };
}

/** `-o` to `output`, `after` to `delay`. */
function aliasesOf(flags: Flags): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(flags).flatMap(([key, { arg, aliases = [] }]) => {
      const letter = "alias" in arg && typeof arg.alias === "string" ? [`-${arg.alias}`] : [];
      return [...letter, ...aliases].map((alias) => [alias, flagName(key)] as const);
    }),
  );
}

/** The typed values of `flags`; throws the first usage error. */
export function readFlags<F extends Flags>(flags: F, args: StrictArgs): FlagValues<F> {
  const entries = Object.entries(flags).map(([key, flag]) => {
    const name = flagName(key);
    return [key, flag.read(args.texts.get(name) ?? [], `--${name}`)] as const;
  });
  return Object.fromEntries(entries) as FlagValues<F>;
}

function isFlag(word: string): boolean {
  return word.startsWith("-") && word.length > 1 && !/^-[\d.]/.test(word);
}

function splitFlag(word: string): { name: string; inlineValue: string | undefined } {
  const equals = word.indexOf("=");
  const dashed = equals < 0 ? word : word.slice(0, equals);
  return {
    // A single dash is kept in the name, so that -port is refused and --port named as the nearest.
    name: dashed.startsWith("--") ? dashed.slice(2) : dashed,
    inlineValue: equals < 0 ? undefined : word.slice(equals + 1),
  };
}

/** The flag's value as typed; takes it off `words` when it is a word of its own. */
function typed(
  flag: Flag<unknown>,
  name: string,
  inlineValue: string | undefined,
  words: string[],
): string {
  if (flag.arg.type === "boolean") return noValue(name, inlineValue);
  if (inlineValue === "" && flag.valueOptional) throw needsValue(name);
  if (inlineValue !== undefined) return inlineValue;
  const next = words[0];
  if (next === undefined || isFlag(next)) {
    if (flag.valueOptional) return "";
    throw needsValue(name);
  }
  // That it stands alone is said by leaving the value out, which an empty variable is not.
  if (next === "" && flag.valueOptional) throw needsValue(name);
  words.shift();
  return next;
}

function needsValue(name: string): DfsError {
  return new DfsError("usage", `--${name} needs a value: --${name} VALUE or --${name}=VALUE`);
}

function noValue(name: string, inlineValue: string | undefined): string {
  if (inlineValue === undefined) return "";
  throw new DfsError("usage", `--${name} takes no value: current value is "${inlineValue}"`);
}

function unknownFlag(word: string, name: string, known: Iterable<string>): DfsError {
  const bare = name.replace(/^-+/, "");
  const dashed = Array.from(known, (candidate) => `--${candidate}`);
  // Never its value, which may be a secret.
  const [written] = word.split("=", 1);
  return new DfsError("usage", `Unknown flag ${written}${didYouMean(`--${bare}`, dashed)}`);
}

function unexpectedWord(
  word: string,
  known: Iterable<string>,
  before: string | undefined,
): DfsError {
  if (before === "metadata") {
    // It may be the rest of a secret: it is not shown.
    return new DfsError("usage", "Unexpected argument after --metadata: blanks need quotes");
  }
  const dashed = Array.from(known, (candidate) => `--${candidate}`);
  return new DfsError("usage", `Unexpected argument "${word}"${didYouMean(`--${word}`, dashed)}`);
}
