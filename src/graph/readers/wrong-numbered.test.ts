/** What is said of Matrix Market, DIMACS and METIS that are wrong, word for word. */
import { test } from "bun:test";
import { expectRefusal, type WrongText } from "../../../tests/support/refused-graph.ts";

const banner = "%%MatrixMarket matrix coordinate";

const wrongTexts: readonly WrongText[] = [
  ["g.mtx", "1 1 0\n", "1, 1", 'expected the banner %%MatrixMarket, found "1"'],
  [
    "g.mtx",
    `${banner} complex general\n`,
    "1, 34",
    'expected a field that is pattern, integer or real, found "complex"',
  ],
  [
    "g.mtx",
    "%%MatrixMarket matrix array real general\n",
    "1, 23",
    'expected the format coordinate, found "array"',
  ],
  [
    "g.mtx",
    `${banner} real hermitian\n`,
    "1, 39",
    'expected a symmetry that is general, symmetric or skew-symmetric, found "hermitian"',
  ],
  [
    "g.mtx",
    `${banner} real\n`,
    "1, 38",
    "expected a symmetry that is general, symmetric or skew-symmetric, found the end of the line",
  ],
  [
    "g.mtx",
    `${banner} real general\n% x\n`,
    "3, 1",
    "expected rows, columns, entries, found the end of the file",
  ],
  [
    "g.mtx",
    `${banner} real general\n2 3 1\n`,
    "2, 3",
    "expected a square matrix, which a graph needs, found 2 rows and 3 columns",
  ],
  [
    "g.mtx",
    `${banner} real general\n5 5 1\n`,
    "2, 1",
    'expected the number of rows from 0 to 4, found "5"',
  ],
  [
    "g.mtx",
    `${banner} real general\n4 4\n`,
    "2, 4",
    "expected the number of entries, a whole number from 0 to 3, found the end of the line",
  ],
  [
    "g.mtx",
    `${banner} real general\n2 2 1\n1 3 1\n`,
    "3, 3",
    'expected a column from 1 to 2, found "3"',
  ],
  [
    "g.mtx",
    `${banner} real general\n2 2 1\n0 1 1\n`,
    "3, 1",
    'expected a row from 1 to 2, found "0"',
  ],
  [
    "g.mtx",
    `${banner} real general\n2 2 1\n-1 1 1\n`,
    "3, 1",
    'expected a row, a whole number from 1 to 2, found "-1"',
  ],
  [
    "g.mtx",
    `${banner} real general\n2 2 1\n1 2\n`,
    "3, 4",
    "expected a value, a number, found the end of the line",
  ],
  [
    "g.mtx",
    `${banner} integer general\n2 2 1\n1 2 1.5\n`,
    "3, 5",
    'expected a value, a whole number, found "1.5"',
  ],
  [
    "g.mtx",
    `${banner} pattern general\n2 2 1\n1 2 1\n`,
    "3, 5",
    'expected the end of the line, found "1"',
  ],
  [
    "g.mtx",
    `${banner} pattern general\n2 2 2\n1 2\n`,
    "4, 1",
    "expected 2 entries, as many as the header says, found the end of the file after 1",
  ],
  [
    "g.mtx",
    `${banner} pattern general\n2 2 1\n1 2\n2 1\n`,
    "4, 1",
    'expected the end of the file after 1 entries, as many as the header says, found "2"',
  ],
  [
    "g.mtx",
    `${banner} pattern symmetric\n3 3 2\n2 1\n1 3\n`,
    "4, 1",
    "expected an entry of the lower triangle, the one that this symmetric matrix stores, found (1, 3)",
  ],
  [
    "g.mtx",
    `${banner} real skew-symmetric\n2 2 1\n1 1 1\n`,
    "3, 1",
    "expected no entry on the diagonal of a skew-symmetric matrix, found (1, 1)",
  ],

  ["g.gr", "c x\n", "2, 1", "expected the line p sp N M, found the end of the file"],
  ["g.gr", "a 1 2 3\n", "1, 1", 'expected the line p sp N M before the first arc, found "a"'],
  [
    "g.gr",
    "p tw 3 2\n",
    "1, 3",
    'expected sp, the kind of DIMACS file that is read (p sp N M), found "tw"',
  ],
  ["g.gr", "p sp 2 1\np sp 2 1\n", "2, 1", "expected one line p sp N M, found a second one"],
  ["g.gr", "p sp 2 1\ne 1 2\n", "2, 1", 'expected a line that begins with a, c or p, found "e"'],
  [
    "g.gr",
    "p sp 2 1\na 1 2\n",
    "2, 6",
    "expected the length of an arc, a number, found the end of the line",
  ],
  [
    "g.gr",
    "p sp 2 1\na 1 3 1\n",
    "2, 5",
    'expected the vertex an arc enters from 1 to 2, found "3"',
  ],
  [
    "g.gr",
    "p sp 2 2\na 1 2 1",
    "3, 1",
    "expected 2 arcs, as many as the header says, found the end of the file after 1",
  ],
  [
    "g.gr",
    "p sp 2 0\na 1 2 1\n",
    "2, 1",
    "expected the end of the file after 0 arcs, as many as the header says, found another one",
  ],
  [
    "g.gr",
    "p sp 2 1\na 1 2 1\0\n",
    "2, 7",
    'expected the length of an arc, a number, found "1\\u0000"',
  ],

  ["g.graph", "% x\n", "2, 1", "expected the header N M, found the end of the file"],
  ["g.graph", "3\n", "1, 2", "expected the number of edges, found the end of the line"],
  ["g.graph", "3 1 2\n", "1, 5", 'expected FMT, one to three digits that are 0 or 1, found "2"'],
  ["g.graph", "3 1 0 1 5\n", "1, 9", 'expected the end of the header N M FMT NCON, found "5"'],
  ["g.graph", "3 2\n", "1, 3", 'expected the number of edges from 0 to 1, found "2"'],
  [
    "g.graph",
    "3 1\n2\n",
    "3, 1",
    "expected a line for each of 3 vertices, as many as the header says, found the end of the file after 1",
  ],
  [
    "g.graph",
    "2 1\n2\n\n",
    "4, 1",
    "expected 2 neighbours, two for each edge that the header counts, found the end of the file after 1",
  ],
  [
    "g.graph",
    "2 1\n2\n1 2\n",
    "3, 3",
    "expected at most 2 neighbours, two for each edge that the header counts, found another one",
  ],
  [
    "g.graph",
    "2 1\n2\n1\n1\n",
    "4, 1",
    'expected the end of the file after the lines of 2 vertices, found "1"',
  ],
  ["g.graph", "2 1\n3\n1\n", "2, 1", 'expected a neighbour from 1 to 2, found "3"'],
  ["g.graph", "2 1\nx\n1\n", "2, 1", 'expected a neighbour, a whole number from 1 to 2, found "x"'],
  [
    "g.graph",
    "2 1 10\n\n1 1\n",
    "2, 1",
    "expected a weight of the vertex, found the end of the line",
  ],
  [
    "g.graph",
    "2 1 1\n2 5\n1\n",
    "3, 2",
    "expected a weight of the edge, found the end of the line",
  ],
  [
    "g.graph",
    "2 1\n2\n1\0",
    "3, 1",
    'expected a neighbour, a whole number from 1 to 2, found "1\\u0000"',
  ],
  ["g.graph", "2 1 1\n2 8\0", "2, 3", 'expected a weight of the edge, a number, found "8\\u0000"'],
  ["g.graph", "2 1\n2\r1\n", "2, 2", "a carriage return without the line feed that must follow it"],
];

test.each(wrongTexts)("%s %j: line, column %s: %s", expectRefusal);
