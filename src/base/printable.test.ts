import { expect, test } from "bun:test";
import { escaped, printable, printableJson } from "./printable.ts";

test("printable() keeps text and turns blanks of every kind into spaces", () => {
  expect(printable("naïve → ok\tand\r\nmore")).toBe("naïve → ok and  more");
});

test("printable() shows escape sequences and marks that reorder text instead of passing them on", () => {
  expect(printable("\u001b[2Jgone")).toBe("\\u001b[2Jgone");
  expect(printable("a\u202eb\u0000")).toBe("a\\u202eb\\u0000");
});

test("escaped() can be told back: every text has a form of its own", () => {
  expect(escaped("naïve → a b")).toBe("naïve → a b");
  expect(escaped("a\tb\nc\rd\\t")).toBe("a\\tb\\nc\\rd\\\\t");
  expect(escaped("\u2028\u001b\u{e0001}")).toBe("\\u{2028}\\u{1b}\\u{e0001}");
  expect(escaped("\\u{2028}")).toBe("\\\\u{2028}");
});

test("printableJson() is exact, and safe to show", () => {
  const value = { name: 'a\t"\\\u009b31m\u202e\u{e0001}' };
  const text = printableJson(value);
  expect(text).toBe('{"name":"a\\t\\"\\\\\\u009b31m\\u202e\\udb40\\udc01"}');
  expect(JSON.parse(text)).toEqual(value);
});
