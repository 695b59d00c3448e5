import type { Separator } from "./edge-list-line.ts";

/** What is known of an edge list before its first line: `any`: nothing, `told`: its user said so. */
export type EdgeListKind = "any" | "told" | "csv" | "tsv";

const separatorWords = { ",": "commas", ";": "semicolons", "\t": "tabs" } as const;

/** `unclear`: two readings are possible; what might separate the fields besides blanks. */
export type SeparatorChoice = Separator | { readonly unclear: string };

/**
 * What separates the fields of an edge list, by its first line that is neither blank nor comment.
 * A comma or semicolon right after the first id does. Otherwise blanks do, unless it is a CSV or
 * TSV: then whichever of comma and semicolon comes first on the line, or a tab. A line that could
 * be read in two ways gives two different edges, so nobody but the user can say which.
 */
export function separatorOf(line: string, kind: EdgeListKind): SeparatorChoice {
  // What quotes enclose separates nothing, and the attributes that NetworkX writes come last.
  const plain = line.replaceAll(/"(?:[^"]|"")*"/g, (text) => "q".repeat(text.length));
  const ids = plain.split("{")[0]!.trim();
  const afterFirst = /^[^\s,;]+[ \t]*([,;])/.exec(ids)?.[1];
  if (kind !== "csv" && kind !== "tsv") {
    const separator = isMark(afterFirst) ? markIfClear(ids, afterFirst) : blanksIfClear(ids);
    return kind === "told" && typeof separator !== "string" ? "blank" : separator;
  }
  const ofCsv = isMark(afterFirst) ? afterFirst : /[,;]/.exec(plain)?.[0];
  const hasTab = plain.includes("\t");
  const mark = kind === "tsv" && hasTab ? "\t" : (ofCsv ?? (hasTab ? "\t" : "blank"));
  if (!isMark(mark)) return "blank";
  // `1 2,5` is hardly an edge from "1 2" to 5.
  const isDoubtful =
    startsWithTwoIntegers(plain.trim()) && /[ \t]/.test(firstField(plain.trim(), mark));
  return isDoubtful ? { unclear: separatorWords[mark] } : mark;
}

/** `a,b c` may be an edge to "b c", or one from "a,b". */
function markIfClear(ids: string, mark: keyof typeof separatorWords): SeparatorChoice {
  const second = ids.split(mark)[1] ?? "";
  return /[ \t]/.test(second.trim()) ? { unclear: separatorWords[mark] } : mark;
}

function blanksIfClear(ids: string): SeparatorChoice {
  if (startsWithTwoIntegers(ids)) return "blank";
  const mark = /[,;]/.exec(ids)?.[0];
  if (isMark(mark)) return { unclear: separatorWords[mark] };
  const [first = "", second = ""] = ids.split("\t").map((field) => field.trim());
  const isSame = !/ /.test(first) && !/ /.test(second);
  return !ids.includes("\t") || isSame ? "blank" : { unclear: separatorWords["\t"] };
}

function startsWithTwoIntegers(ids: string): boolean {
  return /^\d+[ \t]+\d+(?![^\s,;])/.test(ids);
}

function firstField(line: string, mark: string): string {
  return line.split(mark)[0]!.trim();
}

function isMark(text: string | undefined): text is keyof typeof separatorWords {
  return text !== undefined && Object.hasOwn(separatorWords, text);
}

const sourceHeading = /^(source|src|from)(_?(node|vertex))?(_?id)?$/i;
const targetHeading = /^(target|tgt|dst|dest|destination|to)(_?(node|vertex))?(_?id)?$/i;

/** Whether two fields are the words that head the columns of an edge list, as in `source,target`. */
export function isHeading(first: string, second: string): boolean {
  return sourceHeading.test(first) && targetHeading.test(second);
}

/** The two columns, counted from 1, that a heading says are the edges, if not the first two. */
export function misplacedColumns(
  line: string,
  separator: Separator,
): readonly [number, number] | undefined {
  const mark = separator === "blank" ? /[ \t]+/ : separator;
  const fields = line
    .trim()
    .split(mark)
    .map((field) => field.trim().replaceAll('"', ""));
  const source = fields.findIndex((field) => sourceHeading.test(field));
  const target = fields.findIndex((field) => targetHeading.test(field));
  if (source < 0 || target < 0 || (source === 0 && target === 1)) return undefined;
  return [source + 1, target + 1];
}
