import { expect, test } from "bun:test";
import { scan, scanCode } from "./scan.ts";

function texts(source: string): string[] {
  return scanCode(source).map((token) => token.text);
}

test("scan() tells comments from code, and code in strings from code", () => {
  const tokens = scan('a /* b */ "c // d" // e\nf');
  expect(tokens.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    "word a",
    "comment /* b */",
    'string "c // d"',
    "comment // e",
    "word f",
  ]);
});

test("scan() counts lines across comments, strings and templates of several lines", () => {
  const tokens = scanCode("/*\n\n*/ a\n`x\ny` b");
  expect(tokens.map(({ text, line }) => [text, line])).toEqual([
    ["a", 3],
    ["`x\ny`", 4],
    ["b", 5],
  ]);
});

test("scan() finds the code inside a template's substitutions, nested ones and objects included", () => {
  // biome-style sources hold such nests; the outer template ends at the last backtick.
  const source = ["`a$", "{f({ b: `$", "{c}` })}d` e"].join("");
  expect(texts(source)).toEqual([
    ["`a$", "{"].join(""),
    "f",
    "(",
    "{",
    "b",
    ":",
    ["`$", "{"].join(""),
    "c",
    "}`",
    "}",
    ")",
    "}d`",
    "e",
  ]);
});

test("scan() takes a slash after an operator for a regular expression, after a value for division", () => {
  expect(scanCode("x = /[/'\"`]{/g.test(y)").map((token) => token.kind)).toEqual([
    "word",
    "punctuation",
    "regex",
    "punctuation",
    "word",
    "punctuation",
    "word",
    "punctuation",
  ]);
  expect(texts("(a) / b / c[0] / 2")).toEqual([
    "(",
    "a",
    ")",
    "/",
    "b",
    "/",
    "c",
    "[",
    "0",
    "]",
    "/",
    "2",
  ]);
  expect(texts("return /x/.exec(y)")[1]).toBe("/x/");
});

test("scan() honours escapes in strings, templates and regular expressions", () => {
  expect(texts("'a\\'b' c")).toEqual(["'a\\'b'", "c"]);
  expect(texts("`a\\`b` c")).toEqual(["`a\\`b`", "c"]);
  expect(texts("= /a\\/b/ c")).toEqual(["=", "/a\\/b/", "c"]);
});

test("scan() keeps !== and => whole", () => {
  expect(texts("a !== !b => c?.d")).toEqual(["a", "!==", "!", "b", "=>", "c", "?.", "d"]);
});
