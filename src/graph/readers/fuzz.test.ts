/** Whatever a file holds, it ends in a valid graph or in one clear error. */
import { describe, expect, test } from "bun:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { graphWritings, type Neighbours } from "../../../tests/support/graph-files.ts";
import { type ReadGraphText, readGraphText } from "../../../tests/support/read-graph-text.ts";
import { DfsError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { type Random, seededRandom } from "../../base/random.ts";
import { decompressed } from "./decompress.ts";
import { FileErrors } from "./file-errors.ts";
import { formatOfName } from "./graph-format.ts";
import { GraphText } from "./graph-text.ts";

const caseCount = 100_000;
const seed = 20_261_124;
const bounds = { graphVertexMaxCount: 100, graphEdgeMaxCount: 100, graphLineMaxBytes: 500 };
const wheel: Neighbours = [
  [1, 2, 3],
  [3, 0, 2],
  [1, 3, 0],
  [0, 2, 1],
];

/** What mutations put in: bytes that mean something to some format, and some that never do. */
const spices = [
  ..."0123456789 \t\n\r,;\"'#%-+.eac{}",
  ...["\0", "\u007f", "\n\n", "\r\n", "-1", "00", "4294967296", "9007199254740992", "p sp 2 1\n"],
  ...["%%MatrixMarket matrix coordinate real symmetric\n", "source,target\n", "\uFEFF", "é", "1e5"],
].map((text) => new TextEncoder().encode(text));

const below = (random: Random, bound: number) => Math.floor(random.next() * bound);

function randomBytes(random: Random): Uint8Array {
  const bytes = new Uint8Array(below(random, 60));
  const isText = random.next() < 0.7;
  return bytes.map(() => (isText ? (spices[below(random, 28)]?.[0] ?? 0) : below(random, 256)));
}

function spliced(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - removed + added.length);
  result.set(bytes.subarray(0, at));
  result.set(added, at);
  result.set(bytes.subarray(at + removed), at + added.length);
  return result;
}

/** One to four changes: bytes taken out, put in, exchanged, repeated, or the end cut off. */
function mutated(good: Uint8Array, random: Random): Uint8Array {
  let bytes = good;
  for (let changes = 1 + below(random, 4); changes > 0; changes--) {
    const at = below(random, bytes.length + 1);
    const removed = Math.min(below(random, 6), bytes.length - at);
    const spice = spices[below(random, spices.length)] ?? new Uint8Array();
    switch (below(random, 5)) {
      case 0:
        bytes = spliced(bytes, at, 0, spice);
        break;
      case 1:
        bytes = spliced(bytes, at, removed, spice);
        break;
      case 2:
        bytes = spliced(bytes, at, removed, new Uint8Array());
        break;
      case 3:
        bytes = spliced(bytes, at, 0, bytes.slice(at, at + below(random, 30)));
        break;
      default:
        if (random.next() < 0.3) bytes = bytes.slice(0, at);
        else bytes = spliced(bytes, at, 0, Uint8Array.of(below(random, 256)));
    }
  }
  return bytes;
}

/** Throws unless offsets rise from 0 to the number of targets, and each target is a vertex. */
function checkGraph({ offsets, targets, names }: ReadGraphText): void {
  const vertexCount = offsets.length - 1;
  let isValid = offsets[0] === 0 && offsets[vertexCount] === targets.length;
  for (let at = 1; at <= vertexCount; at++) isValid &&= offsets[at - 1]! <= offsets[at]!;
  for (const target of targets) isValid &&= target >= 0 && target < vertexCount;
  isValid &&= vertexCount <= bounds.graphVertexMaxCount && targets.length <= 200;
  isValid &&= names === undefined || new Set(names).size === vertexCount;
  if (!isValid) throw new Error(`the graph is not valid: ${offsets} ${targets} ${names}`);
}

const clearError = /^Cannot read the graph "g\.[a-z]+": line \d+, column \d+: .{5,}$/s;

/** The graph as text, or what is said of the file. Throws when it is neither. */
function outcomeOf(chunks: readonly Uint8Array[], file: string): string {
  try {
    const graph = readGraphText(chunks, { file, bounds });
    checkGraph(graph);
    return JSON.stringify(graph);
  } catch (error) {
    if (error instanceof DfsError && clearError.test(error.message)) return error.message;
    throw error;
  }
}

function cutAnywhere(bytes: Uint8Array, random: Random): Uint8Array[] {
  const first = below(random, bytes.length + 1);
  const second = first + below(random, bytes.length - first + 1);
  return [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
}

describe("fuzzing", () => {
  const goods = graphWritings.map((writing) => ({
    file: writing.file,
    bytes: new TextEncoder().encode(writing.write(wheel)),
  }));

  test(`${caseCount} random and mutated files end in a graph or a clear error`, () => {
    const random = seededRandom(seed);
    const counts = { graphs: 0, errors: 0 };
    for (let index = 0; index < caseCount; index++) {
      const { file, bytes: good } = goods[index % goods.length]!;
      const bytes = random.next() < 0.2 ? randomBytes(random) : mutated(good, random);
      try {
        const outcome = outcomeOf([bytes], file);
        counts[outcome.startsWith("{") ? "graphs" : "errors"]++;
        if (index % 4 !== 0) continue;
        // Where the chunks end must not matter to what comes out of them.
        const inPieces = outcomeOf(cutAnywhere(bytes, random), file);
        if (inPieces !== outcome) throw new Error(`${outcome}\nin pieces: ${inPieces}`);
      } catch (error) {
        throw new Error(
          `seed ${seed}, case ${index}, ${file}: ${JSON.stringify(new TextDecoder().decode(bytes))}`,
          { cause: error },
        );
      }
    }
    // Both ends are met often, or the mutations are not what they should be.
    expect(Math.min(counts.graphs, counts.errors)).toBeGreaterThan(caseCount / 10);
  }, 120_000);

  test("2000 mutated compressed files do as well", async () => {
    const random = seededRandom(seed);
    let errorCount = 0;
    for (let index = 0; index < 2000; index++) {
      const { file, bytes: good } = goods[index % goods.length]!;
      const whole = index % 2 === 0 ? gzipSync(good) : zstdCompressSync(good);
      const bytes = mutated(whole, random);
      try {
        errorCount += await readCompressed(bytes, file);
      } catch (error) {
        const shown = Buffer.from(bytes).toString("hex");
        throw new Error(`seed ${seed}, case ${index}, ${file}: ${shown}`, { cause: error });
      }
    }
    expect(errorCount).toBeGreaterThan(500);
  }, 120_000);
});

/** 1: it ended in a clear error. */
async function readCompressed(bytes: Uint8Array, file: string): Promise<number> {
  const errors = new FileErrors(`"${file}"`);
  const options = { told: undefined, named: formatOfName(file).format };
  const text = new GraphText(errors, { ...limits, ...bounds }, options);
  async function* source() {
    yield bytes;
  }
  try {
    const chunks = decompressed(source(), { errors, named: undefined, text });
    for await (const chunk of chunks) text.feed(chunk);
    text.end();
    return 0;
  } catch (error) {
    if (error instanceof DfsError && clearError.test(error.message)) return 1;
    throw error;
  }
}
