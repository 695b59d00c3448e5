import { formatDuration, parseDurationMs } from "../base/duration.ts";
import { DfsError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { printable } from "../base/printable.ts";

/** What a text must be, and what it then means; the same on the command line and in a file. */
export interface Rule<T> {
  /** Completes `must be`. */
  readonly form: string;
  /** Undefined: the text breaks the rule. */
  readonly read: (text: string) => T | undefined;
  /** Words that may have been meant. */
  readonly words?: readonly string[];
}

/** A text and how an error calls it: the flag and its part, or the file, the line and the key. */
export interface Given {
  readonly text: string;
  readonly name: string;
}

/** What the text means; throws a usage error with its name, the rule, the text and a near word. */
export function readBy<T>({ form, read, words = [] }: Rule<T>, { text, name }: Given): T {
  const value = read(text);
  if (value !== undefined) return value;
  const hint = text === "" ? "" : didYouMean(text, words);
  throw usage(`${name} must be ${form}: current value is "${text}"${hint}`);
}

/** A usage error; whatever it quotes cannot play tricks on a terminal. */
export function usage(message: string): DfsError {
  return new DfsError("usage", printable(message));
}

interface Range {
  readonly min: number;
  readonly max: number;
}

export function wholeNumber({ min, max }: Range): Rule<number> {
  return numberIn(/^\d+$/, { form: `a whole number in ${min}..${max}`, min, max });
}

export function decimalNumber({ min, max }: Range): Rule<number> {
  return numberIn(/^(\d+(\.\d+)?|\.\d+)$/, { form: `a number in ${min}..${max}`, min, max });
}

function numberIn(pattern: RegExp, { form, min, max }: Range & { form: string }): Rule<number> {
  return {
    form,
    read(text) {
      const value = Number(text);
      return pattern.test(text) && value >= min && value <= max ? value : undefined;
    },
  };
}

/** A duration; its value is in milliseconds. */
export function duration({ min, max }: Range): Rule<number> {
  return {
    form:
      `a duration such as 250ms, 10s, 1m30s or plain seconds, in ` +
      `${formatDuration(min)}..${formatDuration(max)}`,
    read(text) {
      const durationMs = parseDurationMs(text);
      return durationMs !== undefined && durationMs >= min && durationMs <= max
        ? durationMs
        : undefined;
    },
  };
}

/** `80%`; its value is a share such as 0.8. */
export function percentage({ min, max }: Range): Rule<number> {
  return {
    form: `a percentage in ${min}%..${max}%`,
    read(text) {
      const value = Number(text.slice(0, -1));
      const isPercentage = /^(\d+(\.\d+)?|\.\d+)%$/.test(text) && value >= min && value <= max;
      return isPercentage ? value / 100 : undefined;
    },
  };
}

/** One of a fixed set of words. */
export function choice<const T extends string>(choices: readonly T[]): Rule<T> {
  return {
    form: `one of ${choices.join(", ")}`,
    read: (text) => choices.find((candidate) => candidate === text),
    words: choices,
  };
}

/** Any text that is not empty. */
export const someText: Rule<string> = {
  form: "a text that is not empty",
  read: (text) => (text === "" ? undefined : text),
};
