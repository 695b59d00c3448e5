import { printable } from "../base/printable.ts";

/** How text is laid out: whether colour may be used, and how many columns there are. */
export interface TextOptions {
  readonly color: boolean;
  readonly width: number;
  /** Whether each block of the report is followed by what its figures mean. */
  readonly explain?: boolean;
}

export type Tone = "good" | "bad" | "doubtful" | "title" | "aside";

const sgrCodes: Readonly<Record<Tone, string>> = {
  good: "1;32",
  bad: "1;31",
  doubtful: "1;33",
  title: "1",
  aside: "2",
};

export function tinted(text: string, tone: Tone, { color }: TextOptions): string {
  return color ? `\u001b[${sgrCodes[tone]}m${text}\u001b[0m` : text;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns aligned to the right, by index; the others to the left. */
  readonly right: readonly number[];
}

const gap = "  ";

/** The table's lines, indented; what cells hold is made printable, since logs may hold anything. */
export function tableLines(table: Table, options: TextOptions): readonly string[] {
  const rows = [table.head, ...table.rows].map((row) => row.map(printable));
  const widths = table.head.map((_, column) =>
    Math.max(...rows.map((row) => textWidth(row[column] ?? ""))),
  );
  return rows.map((row, index) => {
    const cells = row.map((cell, column) => {
      const padding = " ".repeat(Math.max(0, (widths[column] ?? 0) - textWidth(cell)));
      return table.right.includes(column) ? padding + cell : cell + padding;
    });
    const line = (gap + cells.join(gap)).trimEnd();
    return index === 0 ? tinted(line, "aside", options) : line;
  });
}

/**
 * `text`, made printable, in lines of at most `width`; later ones indented. Words are never cut.
 */
export function wrapped(text: string, options: TextOptions, indent = gap): readonly string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of printable(text).split(" ")) {
    const isFirst = line.trim() === "";
    if (!isFirst && textWidth(line) + 1 + textWidth(word) > options.width) {
      lines.push(line);
      line = `${indent}${gap}${word}`;
    } else {
      line += isFirst ? word : ` ${word}`;
    }
  }
  return [...lines, line];
}

function textWidth(text: string): number {
  return Bun.stringWidth(text);
}

/** Three decimals are microseconds, exactly what the ledger holds. */
export function msText(spanMs: number | null): string {
  return spanMs === null ? "-" : `${spanMs.toFixed(3)}ms`;
}

/** Seconds above one, for spans whose microseconds nobody needs. */
export function spanText(spanMs: number | null): string {
  if (spanMs === null) return "-";
  return Math.abs(spanMs) < 1000 ? `${spanMs.toFixed(2)}ms` : `${(spanMs / 1000).toFixed(3)}s`;
}

export function rateText(perSecond: number | null): string {
  return perSecond === null ? "-" : `${perSecond.toFixed(2)}/s`;
}
