import { endsExpression, scan, scanCode, type Token } from "./scan.ts";
import { roomOf, type TreeFile, type Violation } from "./tree.ts";

/**
 * Ways around the type checker: `any`, double assertions, non-null `!` (src/graph may), directives.
 */
export function typeEscapes(files: readonly TreeFile[]): Violation[] {
  return files.flatMap(({ path, text }) => {
    const tokens = scanCode(text);
    const mayAssertNonNull = roomOf(path) === "graph";
    const inCode = tokens.flatMap((token, index) => {
      const before = tokens[index - 1];
      const after = tokens[index + 1];
      if (isAnyType(token, before, after)) return [`${path}:${token.line}: the type any`];
      if (token.text === "as" && before?.text === "unknown" && tokens[index - 2]?.text === "as") {
        return [`${path}:${token.line}: as unknown as`];
      }
      if (!mayAssertNonNull && isNonNull(token, before)) {
        return [`${path}:${token.line}: a non-null assertion outside src/graph`];
      }
      return [];
    });
    return [...inCode, ...suppressions(path, text)];
  });
}

function isAnyType(token: Token, before: Token | undefined, after: Token | undefined): boolean {
  if (token.kind !== "word" || token.text !== "any") return false;
  const isName = before?.text === "." || before?.text === "?.";
  return !isName && after?.text !== ":" && after?.text !== "(";
}

/** `x!`; a `!` that negates follows no expression, and `let x!: T` is refused as well. */
function isNonNull(token: Token, before: Token | undefined): boolean {
  return token.kind === "punctuation" && token.text === "!" && isOperand(before);
}

function isOperand(token: Token | undefined): boolean {
  // A closing brace ends a block far more often than an object that is then asserted.
  return token?.text !== "}" && endsExpression(token);
}

const suppression = /@ts-(ignore|expect-error|nocheck)|biome-ignore|eslint-disable/;

function suppressions(path: string, text: string): Violation[] {
  return scan(text)
    .filter(({ kind, text: comment }) => kind === "comment" && suppression.test(comment))
    .map(({ line }) => `${path}:${line}: a comment that silences a checker`);
}
