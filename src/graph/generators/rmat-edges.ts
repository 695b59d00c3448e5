import { RandomNumbers } from "../../base/random.ts";
import type { EdgeSource } from "../edge-buffer.ts";
import { generatedEdges } from "./edge-generator.ts";

/** Graph500's A, B, C and D: of the quarters top left, top right, bottom left, bottom right. */
const quarterShares = [0.57, 0.19, 0.19, 0.05] as const;

/**
 * The edges of `rmat:SCALE,edgefactor=E,seed=S`: E 2^SCALE of them between 2^SCALE vertices, each
 * made by choosing a quarter of the adjacency matrix, and of that again, SCALE times (R-MAT,
 * Chakrabarti, Zhan and Faloutsos 2004), with the probabilities of Graph500; those of two choices
 * in a row are rounded to 2^-16. Its vertices are renamed by a keyed bijection, so that their
 * numbers say nothing of their degrees. Self-loops and repeats are kept. Graph500's reference draws
 * other numbers, renames by another bijection, and takes its edges to be undirected.
 */
export function rmatEdges(scale: number, edgeFactor: number, seed: number): EdgeSource {
  const keys = new Uint32Array(3);
  new RandomNumbers(seed).fill(keys);
  const choices = quartersTwice();
  return generatedEdges(edgeFactor * 2 ** scale, () => {
    const random = new RandomNumbers(keys[2]!);
    let numbers = new Uint32Array();
    return (pairs, edgeCount) => {
      const numberCount = edgeCount * Math.ceil(scale / 4);
      if (numbers.length !== numberCount) numbers = new Uint32Array(numberCount);
      random.fill(numbers);
      drawPairs(pairs, edgeCount, scale, numbers, choices);
      for (let at = 0; at < 2 * edgeCount; at++) {
        pairs[at] = renamed(pairs[at]!, scale, keys);
      }
    };
  });
}

/**
 * Two choices for each of 2^16 equally likely numbers: two bits of the row, then two of the column.
 */
function quartersTwice(): Uint8Array {
  const choices = new Uint8Array(2 ** 16);
  let begin = 0;
  let share = 0;
  for (let first = 0; first < 4; first++) {
    for (let second = 0; second < 4; second++) {
      share += quarterShares[first]! * quarterShares[second]!;
      const end = Math.round(share * 2 ** 16);
      const row = (first & 2) | (second >>> 1);
      const column = ((first & 1) << 1) | (second & 1);
      choices.fill((row << 2) | column, begin, end);
      begin = end;
    }
  }
  return choices;
}

/** Each number chooses four times. When `scale` is odd the last choice is dropped again. */
function drawPairs(
  pairs: Uint32Array,
  edgeCount: number,
  scale: number,
  numbers: Uint32Array,
  choices: Uint8Array,
): void {
  const pairCount = (scale + 1) >>> 1;
  const dropped = scale & 1;
  let next = 0;
  for (let at = 0; at < 2 * edgeCount; at += 2) {
    let from = 0;
    let to = 0;
    let bits = 0;
    for (let done = 0; done < pairCount; done++) {
      bits = (done & 1) === 0 ? numbers[next++]! | 0 : bits >>> 16;
      const choice = choices[bits & 0xffff]!;
      from = (from << 2) | (choice >>> 2);
      to = (to << 2) | (choice & 3);
    }
    pairs[at] = from >>> dropped;
    pairs[at + 1] = to >>> dropped;
  }
}

/** A bijection of 0..2^scale-1: adding, multiplying by an odd number and folding high bits down. */
function renamed(vertex: number, scale: number, keys: Uint32Array): number {
  const mask = (1 << scale) - 1;
  const half = (scale + 1) >>> 1;
  let name = (vertex + keys[0]!) & mask;
  name = Math.imul(name ^ (name >>> half), 0x21f0aaad) & mask;
  name = (name + keys[1]!) & mask;
  name = Math.imul(name ^ (name >>> half), 0x735a2d97) & mask;
  return name ^ (name >>> half);
}
