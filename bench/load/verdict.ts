/** The same figure of both. */
export interface Pair {
  readonly dfs: number;
  readonly ghz: number;
}

/** Prints figures a line each, with what was asked of them. */
export class Verdict {
  readonly #say: (line: string) => void;
  #isMet = true;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** Whether everything asked for so far was reached. */
  get isMet(): boolean {
    return this.#isMet;
  }

  heading(text: string): void {
    this.#say(`\n${text}`);
    this.#line("", ["dfs", "ghz", "dfs/ghz", "asked"]);
  }

  show(name: string, pair: Pair, unit: string): void {
    this.#pair(name, pair, unit, "");
  }

  atMost(name: string, value: number, max: number, unit: string): void {
    this.#line(name, [shown(value, unit), "", "", this.#judged(value <= max, `<= ${max} ${unit}`)]);
  }

  ratioAtMost(name: string, pair: Pair, { max, unit }: { max: number; unit: string }): void {
    this.#pair(name, pair, unit, this.#judged(ratio(pair) <= max, `<= ${max}`));
  }

  ratioAtLeast(name: string, pair: Pair, { min, unit }: { min: number; unit: string }): void {
    this.#pair(name, pair, unit, this.#judged(ratio(pair) >= min, `>= ${min}`));
  }

  ratioWithin(name: string, pair: Pair, { within, unit }: { within: number; unit: string }): void {
    const isWithin = Math.abs(ratio(pair) - 1) <= within;
    this.#pair(name, pair, unit, this.#judged(isWithin, `1 ± ${within}`));
  }

  #judged(isMet: boolean, asked: string): string {
    this.#isMet &&= isMet;
    return `${asked} ${isMet ? "✓" : "✗ MISSED"}`;
  }

  #pair(name: string, pair: Pair, unit: string, asked: string): void {
    const cells = [shown(pair.dfs, unit), shown(pair.ghz, unit), ratio(pair).toFixed(2), asked];
    this.#line(name, cells);
  }

  #line(name: string, [dfs = "", ghz = "", ratioText = "", asked = ""]: readonly string[]): void {
    const cells = [dfs, ghz, ratioText].map((cell) => cell.padStart(14));
    this.#say(`${name.padEnd(38)}${cells.join("")}   ${asked}`.trimEnd());
  }
}

function ratio({ dfs, ghz }: Pair): number {
  return dfs / ghz;
}

function shown(value: number, unit: string): string {
  return `${value.toFixed(unit === "/s" ? 0 : unit === "ms" ? 3 : 1)} ${unit}`;
}
