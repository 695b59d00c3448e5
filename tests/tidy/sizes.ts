import { scan, scanCode, type Token } from "./scan.ts";
import type { TreeFile, Violation } from "./tree.ts";

export const sizeLimits = {
  fileLines: 400,
  functionLines: 70,
  lineColumns: 100,
  literalLineColumns: 140,
} as const;

export function longFiles(files: readonly TreeFile[]): Violation[] {
  return files.flatMap(({ path, text }) => {
    const lineCount = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
    return lineCount > sizeLimits.fileLines
      ? [`${path}: ${lineCount} lines; at most ${sizeLimits.fileLines}`]
      : [];
  });
}

/**
 * The formatter breaks every line it can, so what is left too long is a comment, or holds a literal
 * that cannot be broken: a message, a test's name. Those have a limit of their own.
 */
export function longLines(files: readonly TreeFile[]): Violation[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.split("\n");
    if (!lines.some((line) => columnsOf(line) > sizeLimits.lineColumns)) return [];
    const withLiteral = linesOf(text, ["string", "template", "regex"]);
    const withComment = linesOf(text, ["comment"]);
    return lines.flatMap((line, index) => {
      const isLiteral = withLiteral.has(index + 1) && !withComment.has(index + 1);
      const limit = isLiteral ? sizeLimits.literalLineColumns : sizeLimits.lineColumns;
      const columns = columnsOf(line);
      return columns > limit ? [`${path}:${index + 1}: ${columns} columns; at most ${limit}`] : [];
    });
  });
}

function columnsOf(line: string): number {
  return [...line].length;
}

/** The lines on which tokens of these kinds lie. */
function linesOf(source: string, kinds: readonly Token["kind"][]): ReadonlySet<number> {
  const lines = new Set<number>();
  for (const { kind, text, line } of scan(source)) {
    if (!kinds.includes(kind)) continue;
    for (let offset = 0; offset < text.split("\n").length; offset++) lines.add(line + offset);
  }
  return lines;
}

export function longFunctions(files: readonly TreeFile[]): Violation[] {
  return files.flatMap(({ path, text }) =>
    functionsOf(scanCode(text))
      .filter(({ lineCount }) => lineCount > sizeLimits.functionLines)
      .map(
        ({ line, lineCount }) =>
          `${path}:${line}: a function of ${lineCount} lines; at most ${sizeLimits.functionLines}`,
      ),
  );
}

interface FunctionSpan {
  readonly line: number;
  readonly lineCount: number;
}

/** Functions, methods and arrow functions with a body in braces, from header to closing brace. */
export function functionsOf(tokens: readonly Token[]): FunctionSpan[] {
  const partners = matchBrackets(tokens);
  const spans: FunctionSpan[] = [];
  tokens.forEach((token, open) => {
    const close = partners.get(open);
    if (token.text !== "{" || token.kind !== "punctuation" || close === undefined) return;
    const start = headerStart(tokens, partners, open);
    if (start === undefined || groupsTests(tokens, start)) return;
    const line = tokens[start]?.line ?? 1;
    spans.push({ line, lineCount: (tokens[close]?.line ?? line) - line + 1 });
  });
  return spans;
}

/** `describe("name", () => {`: a heading over tests, not a function to be understood at once. */
function groupsTests(tokens: readonly Token[], start: number): boolean {
  return tokens[start]?.text === "," && tokens[start - 3]?.text === "describe";
}

/** Opening and closing brackets, each by its index to the other's. */
function matchBrackets(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const partners = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach(({ kind, text }, index) => {
    if (kind !== "punctuation") return;
    if (text === "(" || text === "[" || text === "{") open.push(index);
    if (text !== ")" && text !== "]" && text !== "}") return;
    const partner = open.pop();
    if (partner === undefined) return;
    partners.set(partner, index);
    partners.set(index, partner);
  });
  return partners;
}

const controlWords = new Set(["if", "for", "while", "switch", "catch", "with", "await"]);
/** What cannot stand between a parameter list and the body it belongs to. */
const notInReturnType = new Set([";", "{", "}", "=", "class", "interface", "else", "return", "("]);

/**
 * The token at which the function with its body at `open` begins; undefined when it is no function.
 */
function headerStart(
  tokens: readonly Token[],
  partners: ReadonlyMap<number, number>,
  open: number,
): number | undefined {
  for (let at = open - 1; at >= 0; at--) {
    const text = tokens[at]?.text ?? "";
    const partner = partners.get(at);
    if (text === ")" && partner !== undefined) {
      const next = tokens[at + 1]?.text;
      if (at === open - 1 || next === ":" || next === "=>") {
        const before = partner - 1;
        return controlWords.has(tokens[before]?.text ?? "") ? undefined : Math.max(before, 0);
      }
    }
    if (partner !== undefined && partner < at && text !== ")") {
      // Part of a return type such as `{ a: number }` or `number[]`: step over it whole.
      at = partner;
      continue;
    }
    // `x => {` has no brackets round its parameter.
    if (text === "=>" && tokens[at - 1]?.kind === "word") {
      const isArrow = at === open - 1;
      if (isArrow && !followsReturnType(tokens, partners, at - 1)) return at - 1;
    }
    if (notInReturnType.has(text)) return undefined;
  }
  return undefined;
}

/** Whether the word at `at` ends a return type, `(a): b => {`, rather than being the parameter. */
function followsReturnType(
  tokens: readonly Token[],
  partners: ReadonlyMap<number, number>,
  at: number,
): boolean {
  const colon = tokens[at - 1]?.text === ":" ? at - 1 : undefined;
  return colon !== undefined && tokens[colon - 1]?.text === ")" && partners.has(colon - 1);
}
