/**
 * `bun bench/search.ts`: the product's own search, in slices over shared memory as a replica runs
 * it, beside the same loop in C++ -O3, Boost Graph Library, igraph, NetworkX and graphology, on the
 * same graphs. Needs g++, libboost-graph-dev, libigraph-dev, python3-networkx; graphology is
 * installed into a temporary directory. Exit status 1 when dfs takes more than 1.3 x the time of
 * C++, or is not faster than each of the others. `--patient`: also what takes minutes to build.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, freemem, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import type { CsrGraph } from "../src/graph/csr-graph.ts";
import { generateGraph } from "../src/graph/generators/generate-graph.ts";
import { isGeneratorSpec, parseGraphSpec } from "../src/graph/graph-spec.ts";
import {
  type Contestant,
  dfsContestant,
  playRounds,
  quartileUs,
  type Round,
} from "./search/contestant.ts";
import { writeGraph } from "./search/graph-dump.ts";
import { type Peer, preparePeers, startPeer } from "./search/peers.ts";

const ratioMax = 1.3;
const isPatient = process.argv.includes("--patient");

/** `smaller` is compared where a peer cannot hold the graph, or would take minutes. */
const contests = [
  { spec: "modular:1000000", smaller: "modular:100000" },
  { spec: "rmat:20", smaller: "rmat:16" },
  { spec: "grid:2000x2000", smaller: "grid:500x500" },
] as const;

interface Compared {
  readonly peer: string;
  readonly spec: string;
  readonly ratio: number;
  readonly isWell: boolean;
}

async function main(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "dfs-bench-search-"));
  try {
    console.log(`${cpus()[0]?.model ?? "unknown processor"}; Bun ${Bun.version}`);
    console.log("the whole graph; ms a search, lower quartile of the rounds; in turns with dfs");
    const peers = await preparePeers(dir);
    if (!peers.some(({ isReference }) => isReference)) return 1;
    const rows: Compared[] = [];
    for (const contest of contests) rows.push(...(await compete(contest, peers, dir)));
    return verdict(rows);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function compete(
  contest: (typeof contests)[number],
  peers: readonly Peer[],
  dir: string,
): Promise<readonly Compared[]> {
  const rows: Compared[] = [];
  const full = openArena(contest.spec, dir);
  for (const peer of peers) {
    const { vertexCount, edgeCount } = full.graph;
    const why = unfit(peer, vertexCount, edgeCount);
    if (why === undefined) {
      rows.push(await compare(peer, full));
      continue;
    }
    console.log(
      `NOT COMPARED on ${contest.spec}: ${peer.name}, ${why}; ${contest.smaller} instead:`,
    );
    rows.push(await compare(peer, openArena(contest.smaller, dir)));
  }
  return rows;
}

/** A graph, and the file that the peers read it from. */
interface Arena {
  readonly spec: string;
  readonly graph: CsrGraph;
  readonly path: string;
}

function openArena(text: string, dir: string): Arena {
  const spec = parseGraphSpec(text);
  if (!isGeneratorSpec(spec)) throw new Error(`${text} is made by a rule`);
  const graph = generateGraph(spec);
  const path = join(dir, "graph.csr");
  writeGraph(path, graph);
  return { spec: text, graph, path };
}

/** Why a peer cannot sanely search a graph of that size here. */
function unfit(peer: Peer, vertexCount: number, edgeCount: number): string | undefined {
  const needBytes = peer.bytesPerVertex * vertexCount + peer.bytesPerEdge * edgeCount;
  // Not the last of it: others run here too.
  const haveBytes = 0.7 * availableBytes();
  if (needBytes > haveBytes) {
    const [need, have] = [needBytes, haveBytes].map((bytes) => (bytes / 2 ** 30).toFixed(1));
    return `which needs about ${need} GiB of memory for it, of ${have} GiB to spare`;
  }
  if (isPatient || edgeCount <= peer.edgeMaxCount) return undefined;
  return `which takes minutes to build ${(edgeCount / 1e6).toFixed(1)} million edges (--patient)`;
}

function availableBytes(): number {
  return Math.min(process.availableMemory(), totalmem()) || freemem();
}

async function compare(peer: Peer, arena: Arena): Promise<Compared> {
  const { spec, graph } = arena;
  const theirs: Round[] = [];
  const ours: Round[] = [];
  for (let sitting = 0; sitting < peer.sittingCount; sitting++) {
    const [their = [], our = []] = await sit(peer, arena);
    theirs.push(...their);
    ours.push(...our);
  }
  const [their, our] = [theirs.at(-1), ours.at(-1)];
  if (their?.visitedCount !== graph.vertexCount || our?.visitedCount !== graph.vertexCount) {
    throw new Error(`${peer.name} and dfs do not visit the same of ${spec}`);
  }
  const isSameOrder = their.orderHash === our.orderHash;
  if (peer.hasStoredOrder && !isSameOrder) {
    throw new Error(`${peer.name} and dfs discover ${spec} in different orders`);
  }
  const [theirUs, ourUs] = [quartileUs(theirs), quartileUs(ours)];
  const ratio = ourUs / theirUs;
  console.log(
    `${spec.padEnd(16)} ${peer.name.padEnd(22)} ${msText(theirUs)} ms   dfs ${msText(ourUs)} ms   ` +
      `${ratioText(peer, ratio)}   (${theirs.length} rounds each; ` +
      `${isSameOrder ? "the same order" : "an order of its own"})`,
  );
  const isWell = peer.isReference ? ratio <= ratioMax : ratio < 1;
  return { peer: peer.name, spec, ratio, isWell };
}

/** New processes and new memory: where that comes to lie alone is worth 10 %. */
async function sit(peer: Peer, { graph, path }: Arena): Promise<readonly (readonly Round[])[]> {
  await using other: Contestant = await startPeer(peer, path);
  await using dfs: Contestant = dfsContestant(graph);
  return await playRounds([other, dfs], peer.roundCount);
}

function msText(us: number): string {
  return (us / 1000).toFixed(2).padStart(9);
}

function ratioText({ isReference }: Peer, ratio: number): string {
  return isReference
    ? `dfs takes ${ratio.toFixed(2)} x its time`.padEnd(27)
    : `dfs is ${(1 / ratio).toFixed(1)} x as fast`.padEnd(27);
}

function verdict(rows: readonly Compared[]): number {
  const missed = rows.filter(({ isWell }) => !isWell);
  for (const { peer, spec, ratio } of missed) {
    console.log(`MISSED: ${(ratio).toFixed(2)} x the time of ${peer} on ${spec}`);
  }
  if (missed.length > 0) return 1;
  console.log(`within ${ratioMax} x C++ -O3, and faster than every other that was compared`);
  return 0;
}

process.exit(await main());
