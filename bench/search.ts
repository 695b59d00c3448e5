/**
 * `bun bench/search.ts`: the depth-first search beside a plain C++ -O3 program of the same loop
 * over the same graph, compiled on the spot. Exit status 1 when dfs takes more than 1.3 x the time
 * of C++.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/base/clock.ts";
import type { CsrGraph } from "../src/graph/csr-graph.ts";
import { createSearchScratch, depthFirstSearch } from "../src/graph/depth-first-search.ts";
import { modularGraph } from "../src/graph/modular-graph.ts";
import { discoveryOrder } from "../tests/support/discovery-order.ts";

const ratioMax = 1.3;
const roundCount = 41;
/**
 * Searches a round, so that each round takes tens to hundreds of milliseconds, far above the
 * clock's grain.
 */
const contests = [
  { vertexCount: 50_000, searchesPerRound: 20 },
  { vertexCount: 1_000_000, searchesPerRound: 1 },
] as const;

/** One round of searches of the whole graph. */
interface Round {
  readonly usPerSearch: number;
  readonly visitedCount: number;
  /** FNV-1a over the vertices in order of discovery. */
  readonly orderHash: number;
}

interface Contestant extends Disposable {
  round(searchCount: number): Promise<Round>;
}

async function main(): Promise<number> {
  if (Bun.which("g++") === null) {
    console.error("NOTHING WAS COMPARED: g++ is not installed (Debian: apt-get install g++)");
    return 1;
  }
  const dir = mkdtempSync(join(tmpdir(), "dfs-bench-search-"));
  try {
    const program = compile(dir);
    console.log(`${cpus()[0]?.model ?? "unknown processor"}; Bun ${Bun.version}; ${compiler()}`);
    console.log(`median of ${roundCount} rounds each, taken in turns; whole graph; us a search`);
    let worstRatio = 0;
    for (const contest of contests) {
      worstRatio = Math.max(worstRatio, await compare(program, contest));
    }
    const verdict = worstRatio <= ratioMax ? "within" : "ABOVE";
    console.log(`worst ratio ${worstRatio.toFixed(2)}: ${verdict} the limit of ${ratioMax}`);
    return worstRatio <= ratioMax ? 0 : 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function compile(dir: string): string {
  const program = join(dir, process.platform === "win32" ? "search.exe" : "search");
  const source = join(import.meta.dir, "search.cpp");
  const flags = ["-std=c++17", "-O3"];
  const result = Bun.spawnSync(["g++", ...flags, source, "-o", program], { stderr: "pipe" });
  if (!result.success) throw new Error(`g++ failed:\n${result.stderr}`);
  return program;
}

function compiler(): string {
  const version = Bun.spawnSync(["g++", "--version"]).stdout.toString();
  return `${version.split("\n")[0] ?? "g++"}, -O3`;
}

async function compare(program: string, contest: (typeof contests)[number]): Promise<number> {
  const { vertexCount, searchesPerRound } = contest;
  using cpp = cppContestant(program, vertexCount);
  using dfs = dfsContestant(modularGraph(vertexCount));
  // The first rounds compile the code and touch the memory; both get the same number.
  for (let round = 0; round < 5; round++) {
    await cpp.round(searchesPerRound);
    await dfs.round(searchesPerRound);
  }
  const cppRounds: Round[] = [];
  const dfsRounds: Round[] = [];
  for (let round = 0; round < roundCount; round++) {
    cppRounds.push(await cpp.round(searchesPerRound));
    dfsRounds.push(await dfs.round(searchesPerRound));
  }
  const [cppRound, dfsRound] = [cppRounds.at(-1), dfsRounds.at(-1)];
  const isSame =
    cppRound?.visitedCount === vertexCount &&
    dfsRound?.visitedCount === vertexCount &&
    cppRound.orderHash === dfsRound.orderHash;
  if (!isSame) throw new Error(`The two searches of modular:${vertexCount} differ`);
  const [cppUs, dfsUs] = [medianUs(cppRounds), medianUs(dfsRounds)];
  const ratio = dfsUs / cppUs;
  console.log(
    `modular:${vertexCount}`.padEnd(18) +
      `C++ ${cppUs.toFixed(0).padStart(7)}   dfs ${dfsUs.toFixed(0).padStart(7)}   ` +
      `ratio ${ratio.toFixed(2)}   (same order of discovery)`,
  );
  return ratio;
}

function medianUs(rounds: readonly Round[]): number {
  const sorted = rounds.map(({ usPerSearch }) => usPerSearch).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function dfsContestant(graph: CsrGraph): Contestant {
  const scratch = createSearchScratch();
  const orderHash = hashOf(discoveryOrder(graph));
  return {
    async round(searchCount) {
      const startedUs = systemClock.nowUs();
      let result = depthFirstSearch(graph, scratch);
      for (let done = 1; done < searchCount; done++) result = depthFirstSearch(graph, scratch);
      const usPerSearch = (systemClock.nowUs() - startedUs) / searchCount;
      return { usPerSearch, visitedCount: result.visitedCount, orderHash };
    },
    [Symbol.dispose]: () => undefined,
  };
}

function hashOf(order: Uint32Array): number {
  let hash = 2_166_136_261;
  for (const vertex of order) hash = Math.imul(hash ^ vertex, 16_777_619) >>> 0;
  return hash;
}

/** The C++ program, one line in and one line out a round. */
function cppContestant(program: string, vertexCount: number): Contestant {
  const child = Bun.spawn([program, String(vertexCount)], {
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
        if (done) throw new Error("The C++ program ended early");
        line += decoder.decode(value, { stream: true });
      }
      const [ns = Number.NaN, visitedCount = 0, hash = 0] = line.trim().split(" ").map(Number);
      return { usPerSearch: ns / 1000 / searchCount, visitedCount, orderHash: hash };
    },
    [Symbol.dispose]() {
      child.kill();
    },
  };
}

process.exit(await main());
