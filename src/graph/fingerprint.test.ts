import { expect, test } from "bun:test";
import { csrGraphFromNeighbours } from "./csr-graph.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { IntegerNames } from "./integer-names.ts";
import type { StoredNames } from "./stored-names.ts";
import { TextNamesBuilder } from "./text-names-builder.ts";

function textNames(...names: readonly string[]): StoredNames {
  const builder = new TextNamesBuilder();
  for (const name of names) {
    const bytes = new TextEncoder().encode(name);
    builder.intern(bytes, 0, bytes.length);
  }
  return builder.finish();
}

function fingerprint(neighbours: readonly (readonly number[])[], names?: StoredNames): string {
  return fingerprintOf(csrGraphFromNeighbours(neighbours, "test"), names);
}

test("fingerprintOf() differs with edges, their order, vertices, and names", () => {
  const fingerprints = [
    fingerprint([]),
    fingerprint([[]]),
    fingerprint([[1, 2], [0], []]),
    fingerprint([[2, 1], [0], []]),
    fingerprint([[1, 2], [], [0]]),
    fingerprint([[1, 2], [0], [], []]),
    fingerprint([[1, 2], [0], []], textNames("a", "b", "c")),
    fingerprint([[1, 2], [0], []], textNames("b", "a", "c")),
    fingerprint([[1, 2], [0], []], textNames("ab", "", "c")),
    fingerprint([[1, 2], [0], []], new IntegerNames(Float64Array.of(0, 1, 2))),
    fingerprint([[1, 2], [0], []], new IntegerNames(Float64Array.of(0, 1, 3))),
  ];
  expect(new Set(fingerprints).size).toBe(fingerprints.length);
  for (const text of fingerprints) expect(text).toMatch(/^[0-9a-f]{16}$/);
});

test("fingerprintOf() is the same for the same graph, whatever it was made from", () => {
  const neighbours = [[1, 2], [0], []];
  const graph = csrGraphFromNeighbours(neighbours, "one");
  const other = csrGraphFromNeighbours(neighbours, "other");
  expect(fingerprintOf(other, undefined)).toBe(fingerprintOf(graph, undefined));
  expect(fingerprintOf(graph, undefined)).toBe("70cd6b2d419bd1b7");
  expect(fingerprint(neighbours, textNames("a", "b", "c"))).toBe("9757f1897ee6c477");
  expect(fingerprint(neighbours, new IntegerNames(Float64Array.of(5, 6, 7)))).toBe(
    "8d3267089ea9ea90",
  );
});
