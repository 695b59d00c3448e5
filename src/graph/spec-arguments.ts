import { DfsError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";

interface Range {
  readonly min: number;
  readonly max: number;
}

/** Whole numbers as people type them: 1000000, 1_000_000, 1e6. */
const wholeNumber = /^\d+(_\d+)*(e\d{1,2})?$/;

/** What stands behind the colon of a generator's spec; every complaint is a usage error. */
export class SpecArguments {
  readonly #text: string;
  readonly #usage: string;
  #rest: string;
  /** Options not asked for yet. */
  readonly #options = new Map<string, string>();
  readonly #optionNames: string[] = [];

  /** `text` is the whole spec, `rest` what stands behind its colon. */
  constructor(text: string, rest: string, usage: string) {
    this.#text = text;
    this.#usage = usage;
    const [numbers = "", ...options] = rest.split(/,(?=[^,]*=)/);
    this.#rest = numbers;
    for (const option of options) {
      const [name = "", value = ""] = option.split(/=(.*)/s);
      if (this.#options.has(name)) throw this.#wrong(`${name} is given twice`);
      this.#options.set(name, value);
    }
  }

  /** The next number, which ends at `separator` or with the numbers. */
  number(name: string, range: Range, separator = ","): number {
    const at = this.#rest.indexOf(separator);
    const text = at < 0 ? this.#rest : this.#rest.slice(0, at);
    this.#rest = at < 0 ? "" : this.#rest.slice(at + separator.length);
    if (text === "") throw this.#wrong(`${name} is missing`);
    return this.#checked(name, text, range);
  }

  /** The number behind `name=`, or the default, which must be in the range too. */
  option(name: string, { default: fallback, ...range }: Range & { default: number }): number {
    const text = this.#options.get(name);
    this.#options.delete(name);
    this.#optionNames.push(name);
    return this.#checked(name, text ?? String(fallback), range);
  }

  /** Complains about what nobody has asked for. */
  expectEnd(): void {
    if (this.#rest !== "") throw this.#wrong(`"${this.#rest}" is one value too many`);
    for (const name of this.#options.keys()) {
      const known = this.#optionNames;
      const options = known.length === 0 ? "has no options" : `has the options ${known.join(", ")}`;
      throw this.#wrong(`it ${options}: "${name}" is none of them${didYouMean(name, known)}`);
    }
  }

  #checked(name: string, text: string, { min, max }: Range): number {
    const value = wholeNumber.test(text) ? Number(text.replaceAll("_", "")) : Number.NaN;
    if (value >= min && value <= max) return value;
    const nearest = Number.isNaN(value) ? "" : `; the nearest is ${value < min ? min : max}`;
    throw this.#wrong(
      `${name} must be a whole number in ${min}..${max}: current value is "${text}"${nearest}`,
    );
  }

  #wrong(complaint: string): DfsError {
    return new DfsError(
      "usage",
      `Cannot make graph "${this.#text}" (${this.#usage}): ${complaint}`,
    );
  }
}
