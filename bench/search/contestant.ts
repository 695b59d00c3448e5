import { systemClock } from "../../src/base/clock.ts";
import { limits } from "../../src/base/limits.ts";
import type { CsrGraph } from "../../src/graph/csr-graph.ts";
import {
  createSearchScratch,
  DepthFirstSearch,
  discoveryOrder,
  type SearchResult,
} from "../../src/graph/depth-first-search.ts";
import { wholeGraph } from "../../src/graph/search-plan.ts";

/** One round of searches of the whole graph. */
export interface Round {
  readonly usPerSearch: number;
  readonly visitedCount: number;
  /** FNV-1a over the vertices in order of discovery. */
  readonly orderHash: number;
}

export interface Contestant extends AsyncDisposable {
  round(searchCount: number): Promise<Round>;
}

/** Each round takes this long at least, far above the clock's grain. */
const roundMinUs = 20_000;
const warmUpRoundCount = 3;

/** Rounds in turns, after some that compile the code and touch the memory, the same for all. */
export async function playRounds(
  contestants: readonly Contestant[],
  roundCount: number,
): Promise<readonly (readonly Round[])[]> {
  const searchCounts: number[] = [];
  for (const contestant of contestants) {
    let usPerSearch = 0;
    const warmUpCount = Math.min(warmUpRoundCount, roundCount);
    for (let round = 0; round < warmUpCount; round++) {
      ({ usPerSearch } = await contestant.round(1));
    }
    searchCounts.push(Math.max(1, Math.ceil(roundMinUs / usPerSearch)));
  }
  const rounds: Round[][] = contestants.map(() => []);
  for (let round = 0; round < roundCount; round++) {
    for (const [index, contestant] of contestants.entries()) {
      rounds[index]?.push(await contestant.round(searchCounts[index] ?? 1));
    }
  }
  return rounds;
}

/** The lower quartile: whatever else the machine does only ever adds to a round. */
export function quartileUs(rounds: readonly Round[]): number {
  const sorted = rounds.map(({ usPerSearch }) => usPerSearch).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 4)] ?? Number.NaN;
}

/** dfs itself: the graph in shared memory, the search in slices. */
export function dfsContestant(graph: CsrGraph): Contestant {
  const shared = {
    ...graph,
    offsets: inSharedMemory(graph.offsets),
    targets: inSharedMemory(graph.targets),
  };
  const scratch = createSearchScratch();
  const search = (): SearchResult => {
    const run = new DepthFirstSearch(shared, scratch, wholeGraph);
    while (!run.advance(sliceStepCount));
    return run.result;
  };
  return {
    async round(searchCount) {
      const startedUs = systemClock.nowUs();
      let result = search();
      for (let done = 1; done < searchCount; done++) result = search();
      const usPerSearch = (systemClock.nowUs() - startedUs) / searchCount;
      const { visitedCount } = result;
      return { usPerSearch, visitedCount, orderHash: orderHash(discoveryOrder(scratch, result)) };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const { searchSliceStepCount: sliceStepCount } = limits;

function inSharedMemory(column: Uint32Array): Uint32Array {
  if (column.buffer instanceof SharedArrayBuffer) return column;
  const shared = new Uint32Array(new SharedArrayBuffer(column.byteLength));
  shared.set(column);
  return shared;
}

function orderHash(order: Uint32Array): number {
  let hash = 2_166_136_261;
  for (const vertex of order) hash = Math.imul(hash ^ vertex, 16_777_619) >>> 0;
  return hash;
}

/** A program: one line in and one line out a round. */
export function programContestant(command: readonly string[], cwd: string): Contestant {
  const child = Bun.spawn([...command], {
    cwd,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  return {
    async round(searchCount) {
      child.stdin.write(`${searchCount}\n`);
      child.stdin.flush();
      let line = "";
      while (!line.endsWith("\n")) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`${command.join(" ")} ended early`);
        line += decoder.decode(value, { stream: true });
      }
      const [ns = Number.NaN, visitedCount = 0, hash = 0] = line.trim().split(" ").map(Number);
      return { usPerSearch: ns / 1000 / searchCount, visitedCount, orderHash: hash };
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}
