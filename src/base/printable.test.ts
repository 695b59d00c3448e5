import { expect, test } from "bun:test";
import { printable } from "./printable.ts";

test("printable() keeps text and turns blanks of every kind into spaces", () => {
  expect(printable("naïve → ok\tand\r\nmore")).toBe("naïve → ok and  more");
});

test("printable() shows escape sequences and marks that reorder text instead of passing them on", () => {
  expect(printable("\u001b[2Jgone")).toBe("\\u001b[2Jgone");
  expect(printable("a\u202eb\u0000")).toBe("a\\u202eb\\u0000");
});
