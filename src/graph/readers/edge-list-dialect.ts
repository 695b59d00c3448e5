import type { Separator } from "./edge-list-line.ts";

/** What is known of an edge list before its first line. */
export interface EdgeListKind {
  readonly format: "edge-list" | "csv" | "tsv";
  /** Its user said so, rather than its name. */
  readonly isTold: boolean;
}

const separatorWords = { ",": "commas", ";": "semicolons", "\t": "tabs" } as const;

/** `unclear`: two readings are possible; what might separate the fields besides blanks. */
export type SeparatorChoice = Separator | { readonly unclear: string };

/**
 * What separates the fields of an edge list, by its first line that is neither blank nor comment.
 * A comma or semicolon right after the first id does. Otherwise blanks do, unless it is a CSV or
 * TSV: then whichever of comma and semicolon comes first on the line, or a tab. A line that could
 * be read in two ways gives two different edges, so nobody but the user can say which.
 */
export function separatorOf(line: string, { format, isTold }: EdgeListKind): SeparatorChoice {
  // What quotes enclose separates nothing, and the attributes that NetworkX writes come last.
  const plain = line.replaceAll(/"(?:[^"]|"")*"/g, (text) => "q".repeat(text.length)).trim();
  const ids = plain.split("{")[0]!.trim();
  const afterFirst = /^[^\s,;]+[ \t]*([,;])/.exec(ids)?.[1];
  if (format === "edge-list") {
    const separator = isMark(afterFirst) ? markIfClear(ids, afterFirst) : blanksIfClear(ids);
    return isTold && typeof separator !== "string" ? "blank" : separator;
  }
  const ofCsv = isMark(afterFirst) ? afterFirst : /[,;]/.exec(plain)?.[0];
  const hasTab = plain.includes("\t");
  const mark = format === "tsv" && hasTab ? "\t" : (ofCsv ?? (hasTab ? "\t" : "blank"));
  if (!isMark(mark)) return "blank";
  // `1 2,5` is hardly an edge from "1 2" to 5.
  const isDoubtful = startsWithTwoIntegers(plain) && /[ \t]/.test(plain.split(mark)[0]!.trim());
  return isDoubtful && !isTold ? { unclear: separatorWords[mark] } : mark;
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

function isMark(text: string | undefined): text is keyof typeof separatorWords {
  return text !== undefined && Object.hasOwn(separatorWords, text);
}

const sourceHeading = /^(source|src|from)(_?(node|vertex))?(_?id)?$/i;
const targetHeading = /^(target|tgt|dst|dest|destination|to)(_?(node|vertex))?(_?id)?$/i;

/** Whether two fields are words that head the columns of an edge list, as in `source,target`. */
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
