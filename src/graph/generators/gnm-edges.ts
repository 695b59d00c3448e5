import { RandomNumbers } from "../../base/random.ts";
import type { EdgeSource } from "../edge-buffer.ts";
import { generatedEdges } from "./edge-generator.ts";

const roundCount = 4;

/**
 * The edges of `gnm:N,M,seed=S`: M different ones out of the N (N - 1) directed edges without
 * self-loops, all equally likely (Erdos and Renyi's G(n, M)), in random order. They are the first M
 * places of a keyed permutation of all edges (a Feistel network over the pairs x below N and y
 * below N - 1), so that none comes twice and none has to be remembered.
 */
export function gnmEdges(vertexCount: number, edgeCount: number, seed: number): EdgeSource {
  const keys = new Uint32Array(2 * roundCount);
  new RandomNumbers(seed).fill(keys);
  return generatedEdges(edgeCount, () => {
    let x = -1;
    let y = 0;
    return (pairs, blockEdgeCount) => {
      for (let at = 0; at < 2 * blockEdgeCount; at += 2) {
        x++;
        if (x === vertexCount) {
          x = 0;
          y++;
        }
        placeEdge(pairs, at, x, y, vertexCount, keys);
      }
    };
  });
}

/** Permutes the pairs: each step adds to one half what only the other decides: it can be undone. */
function placeEdge(
  pairs: Uint32Array,
  at: number,
  x: number,
  y: number,
  vertexCount: number,
  keys: Uint32Array,
): void {
  let from = x;
  let other = y;
  for (let round = 0; round < 2 * roundCount; round += 2) {
    from = (from + below(vertexCount, other, keys[round]!)) | 0;
    if (from >= vertexCount) from -= vertexCount;
    other = (other + below(vertexCount - 1, from, keys[round + 1]!)) | 0;
    if (other >= vertexCount - 1) other -= vertexCount - 1;
  }
  pairs[at] = from;
  // The other end is one of the vertices that are not `from`.
  pairs[at + 1] = other < from ? other : other + 1;
}

/** A number in 0..bound-1 that `value` and `key` decide; products are rounded alike everywhere. */
function below(bound: number, value: number, key: number): number {
  let mixed = value ^ key;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  mixed = (mixed ^ (mixed >>> 15)) >>> 0;
  return Math.floor((mixed * bound) / 2 ** 32) | 0;
}
