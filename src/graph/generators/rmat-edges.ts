import { Xoshiro128 } from "../../base/random.ts";
import type { EdgeSource } from "../edge-buffer.ts";
import { generatedEdges } from "./edge-generator.ts";

/** Graph500's A, A + B and A + B + C (.57, .76, .95) of 2^16: D is the rest. */
const upToA = Math.round(0.57 * 2 ** 16);
const upToB = Math.round(0.76 * 2 ** 16);
const upToC = Math.round(0.95 * 2 ** 16);

/**
 * The edges of `rmat:SCALE,edgefactor=E,seed=S`: E 2^SCALE of them between 2^SCALE vertices, each
 * made by choosing one quarter of the adjacency matrix SCALE times (R-MAT, Chakrabarti, Zhan and
 * Faloutsos 2004) with the probabilities of Graph500 to the nearest 2^-16, its vertices renamed by
 * a keyed bijection so that their numbers say nothing of their degrees. Self-loops and repeats are
 * kept. Graph500's reference differs in its random numbers, its bijection, and in that its edges
 * are undirected.
 */
export function rmatEdges(scale: number, edgeFactor: number, seed: number): EdgeSource {
  const draws = new Xoshiro128(seed);
  const key = draws.nextUint32();
  const otherKey = draws.nextUint32();
  return generatedEdges(edgeFactor * 2 ** scale, () => {
    const random = new Xoshiro128(seed ^ key);
    return (pairs, edgeCount) => {
      drawPairs(random, pairs, edgeCount, scale);
      for (let at = 0; at < 2 * edgeCount; at++) {
        pairs[at] = renamed(pairs[at]!, scale, key, otherKey);
      }
    };
  });
}

/** Each 32-bit number drawn chooses two quarters. */
function drawPairs(random: Xoshiro128, pairs: Uint32Array, edgeCount: number, scale: number): void {
  for (let at = 0; at < 2 * edgeCount; at += 2) {
    let from = 0;
    let to = 0;
    let bits = 0;
    for (let level = 0; level < scale; level++) {
      bits = (level & 1) === 0 ? random.nextUint32() : bits >>> 16;
      const share = bits & 0xffff;
      // Counting the bounds passed needs no branch, which could not be predicted.
      const quarter =
        ((upToA - 1 - share) >>> 31) + ((upToB - 1 - share) >>> 31) + ((upToC - 1 - share) >>> 31);
      from = (from << 1) | (quarter >>> 1);
      to = (to << 1) | (quarter & 1);
    }
    pairs[at] = from;
    pairs[at + 1] = to;
  }
}

/** A bijection of 0..2^scale-1: adding, multiplying by an odd number and folding high bits down. */
function renamed(vertex: number, scale: number, key: number, otherKey: number): number {
  const mask = 2 ** scale - 1;
  const half = (scale + 1) >>> 1;
  let name = (vertex + key) & mask;
  name = Math.imul(name ^ (name >>> half), 0x21f0aaad) & mask;
  name = (name + otherKey) & mask;
  name = Math.imul(name ^ (name >>> half), 0x735a2d97) & mask;
  return name ^ (name >>> half);
}
