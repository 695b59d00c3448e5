/** What is said of edge lists that are wrong, word for word. */
import { expect, test } from "bun:test";
import { readGraphText } from "../../../tests/support/read-graph-text.ts";
import {
  expectRefusal,
  tightBounds,
  type WrongText,
} from "../../../tests/support/refused-graph.ts";

const bothWays =
  "expected an edge that can be read in one way, found both blanks and commas; " +
  "say which separate the ids by the format csv, tsv or edge-list (blanks)";

const wrongTexts: readonly WrongText[] = [
  ["g.txt", "", "1, 1", "expected a graph, found an empty file"],
  ["g.mtx", "", "1, 1", "expected a graph, found an empty file"],
  ["g.txt", "# a\n\n", "3, 1", "expected an edge, found the end of the file"],
  [
    "g.csv",
    "source,target\n",
    "2, 1",
    "expected an edge after the heading, found the end of the file",
  ],
  ["g.txt", "1 2\n3\n", "2, 2", "expected the second id, found the end of the line"],
  ["g.csv", "1,2\n3\n", "2, 2", "expected a comma and the second id, found the end of the line"],
  ["g.csv", "1,2\n,3\n", "2, 1", "expected the first id, found a comma"],
  ["g.csv", "1;2\n3;;4\n", "2, 3", "expected the second id, found a semicolon"],
  ["g.tsv", "a b\tc\nd\t\te\n", "2, 3", "expected the second id, found a blank"],
  ["g.txt", "1 2\n3 -4\n", "2, 3", 'expected an id that is not negative, found "-4"'],
  ["g.txt", "a b\n-0 b\n", "2, 1", 'expected an id that is not negative, found "-0"'],
  [
    "g.txt",
    "1 9007199254740992",
    "1, 3",
    'expected an id of at most 9007199254740991, found "9007199254740992"',
  ],
  [
    "g.txt",
    "a 123456789012345678901234567890",
    "1, 3",
    'expected an id of at most 9007199254740991, found "123456789012345678901234567890"',
  ],
  [
    "g.txt",
    "1 2\n1, 2\n",
    "2, 2",
    "expected the first id and a blank, as in the first edge of the file, found a comma",
  ],
  ["g.txt", "New York,Rome\n", "1, 1", bothWays],
  ["g.csv", "1 2,5\n", "1, 1", bothWays],
  [
    "g.csv",
    "id,source,target\n0,1,2\n",
    "1, 1",
    "expected the ids of an edge in the first two columns, found a heading that has them in columns 2 and 3",
  ],
  ["g.csv", 'a,"b\nc",d\n', "1, 3", "expected a quote that closes this one on the same line"],
  ["g.csv", '"a"b,c\n', "1, 4", 'expected the end of the field after its closing quote, found "b"'],
  ["g.csv", '"",c\n', "1, 1", 'expected an id, found the empty text ""'],
  ["g.txt", "1 2\0\n", "1, 4", "a zero byte; expected text: is this a binary file?"],
  ["g.txt", "1 2 x\0\n", "1, 6", "a zero byte; expected text: is this a binary file?"],
  ["g.txt", "1 2\r3 4\r", "1, 4", "a carriage return without the line feed that must follow it"],
  [
    "g.txt",
    "é b\né\u0007 c\n",
    "2, 1",
    "expected an id of text, found the control character 0x07 in it",
  ],
  [
    "g.txt",
    Uint8Array.of(0xc3, 0xa9, 32, 97, 0xff, 10),
    "1, 3",
    'expected an id in UTF-8, found bytes that are none: "a\uFFFD"',
  ],
  ["g.txt", "1 2\n\uFEFF3 4\n", "2, 1", "expected an id, found a byte order mark inside the file"],
  [
    "g.txt",
    `${"x".repeat(5000)} b`,
    "1, 1",
    "expected an id of at most 4096 bytes, found one of 5000",
  ],
  ["g.txt", "1 2\n2 3\n3 4\n4 5\n", "4, 1", "expected at most 3 edges, found more"],
  ["g.txt", "1 2\n3 4\n5 6\n", "4, 1", "expected at most 4 vertices, found more"],
  ["g.txt", "a b\nc d\ne f\n", "3, 1", "expected at most 4 vertices, found more"],
  ["g.txt", "PK\u0003\u0004...", "1, 1", "expected text, found a zip archive; unpack it first"],
  [
    "g.txt",
    Uint8Array.of(0xff, 0xfe, 49, 0),
    "1, 1",
    "expected text, found text in UTF-16; UTF-8 is read",
  ],
];

test.each(wrongTexts)("%s %j: line, column %s: %s", expectRefusal);

test("a line that is longer than is read is refused, wherever its chunks end", () => {
  const text = `1 2\n# ${"x".repeat(20_000)}\n`;
  const chunks = text.match(/.{1,999}|\n/g) ?? [];
  expect(() => readGraphText(chunks, { file: "g.txt", bounds: tightBounds })).toThrow(
    'Cannot read the graph "g.txt": line 2, column 1: the line is longer than 10000 bytes, ' +
      "the most that is read",
  );
});
