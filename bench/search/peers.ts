import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Contestant, programContestant } from "./contestant.ts";

/** Another depth-first search of the same graph, ready to run here. */
export interface Peer {
  readonly name: string;
  /** Without the graph's path, its last word. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** The one that dfs may be slower than, within bounds. */
  readonly isReference: boolean;
  /** It keeps neighbours in stored order and sees them in that order. */
  readonly hasStoredOrder: boolean;
  /** So often both start anew, */
  readonly sittingCount: number;
  /** and so many rounds they play each time. */
  readonly roundCount: number;
  /** What its graph takes of memory, roughly, building it included. */
  readonly bytesPerVertex: number;
  readonly bytesPerEdge: number;
  /** Above, building the graph alone takes minutes. */
  readonly edgeMaxCount: number;
}

type Candidate = Omit<Peer, "command" | "cwd"> & {
  /** How a missing one is had. */
  readonly install: string;
  /** Its command, or why there is none. */
  prepare(dir: string): readonly string[] | string;
};

const here = import.meta.dir;
const graphologyPackages = { graphology: "0.26.0", "graphology-traversal": "0.3.1" };

const candidates: readonly Candidate[] = [
  {
    ...{
      name: "C++ -O3",
      isReference: true,
      hasStoredOrder: true,
      sittingCount: 5,
      roundCount: 15,
    },
    ...{ bytesPerVertex: 16, bytesPerEdge: 4, edgeMaxCount: Number.POSITIVE_INFINITY },
    install: "apt-get install g++",
    prepare: (dir) => compile(dir, join(here, "../search.cpp"), "plain", []),
  },
  {
    ...{
      name: "Boost Graph Library",
      isReference: false,
      hasStoredOrder: true,
      sittingCount: 3,
      roundCount: 15,
    },
    ...{ bytesPerVertex: 32, bytesPerEdge: 20, edgeMaxCount: Number.POSITIVE_INFINITY },
    install: "apt-get install g++ libboost-graph-dev",
    prepare: (dir) => compile(dir, join(here, "boost.cpp"), "boost", []),
  },
  {
    // It sorts neighbours by their number.
    ...{
      name: "igraph",
      isReference: false,
      hasStoredOrder: false,
      sittingCount: 1,
      roundCount: 7,
    },
    ...{ bytesPerVertex: 200, bytesPerEdge: 80, edgeMaxCount: Number.POSITIVE_INFINITY },
    install: "apt-get install g++ libigraph-dev",
    prepare: (dir) =>
      compile(dir, join(here, "igraph.cpp"), "igraph", ["-I/usr/include/igraph", "-ligraph"]),
  },
  {
    ...{
      name: "NetworkX",
      isReference: false,
      hasStoredOrder: true,
      sittingCount: 1,
      roundCount: 1,
    },
    ...{ bytesPerVertex: 800, bytesPerEdge: 400, edgeMaxCount: 5_000_000 },
    install: "apt-get install python3-networkx",
    prepare: () => python(),
  },
  {
    // It sees the last neighbour first.
    ...{
      name: "graphology",
      isReference: false,
      hasStoredOrder: false,
      sittingCount: 1,
      roundCount: 1,
    },
    ...{ bytesPerVertex: 500, bytesPerEdge: 550, edgeMaxCount: 5_000_000 },
    install: "the npm registry",
    prepare: graphology,
  },
];

/** Compiles and installs what there is; what is missing is said loudly. */
export async function preparePeers(dir: string): Promise<readonly Peer[]> {
  return candidates.flatMap(({ install, prepare, ...peer }) => {
    const command = prepare(dir);
    if (typeof command !== "string") return [{ ...peer, command, cwd: dir }];
    console.error(`NOT COMPARED AT ALL: ${peer.name} is missing (${install}): ${command}`);
    return [];
  });
}

export async function startPeer({ command, cwd }: Peer, path: string): Promise<Contestant> {
  return programContestant([...command, path], cwd);
}

function compile(
  dir: string,
  source: string,
  name: string,
  flags: readonly string[],
): readonly string[] | string {
  if (Bun.which("g++") === null) return "no g++";
  const program = join(dir, process.platform === "win32" ? `${name}.exe` : name);
  const command = ["g++", "-std=c++17", "-O3", "-DNDEBUG", source, "-o", program, ...flags];
  const failure = failureOf(command, dir);
  return failure ?? [program];
}

function python(): readonly string[] | string {
  const program = Bun.which("python3") ?? Bun.which("python");
  if (program === null) return "no Python";
  const failure = failureOf([program, "-c", "import networkx"], here);
  return failure ?? [program, join(here, "networkx_peer.py")];
}

/** In a directory of its own, so that the packages are no dependencies of dfs. */
function graphology(dir: string): readonly string[] | string {
  const own = join(dir, "graphology");
  mkdirSync(own);
  writeFileSync(join(own, "package.json"), JSON.stringify({ dependencies: graphologyPackages }));
  const failure = failureOf([process.execPath, "install", "--silent"], own);
  if (failure !== undefined) return failure;
  const program = join(own, "graphology_peer.js");
  copyFileSync(join(here, "graphology_peer.js"), program);
  return [process.execPath, program];
}

/** Undefined when the command succeeded. */
function failureOf(command: readonly string[], cwd: string): string | undefined {
  const { success, stderr } = Bun.spawnSync([...command], { cwd, stderr: "pipe" });
  if (success) return undefined;
  return stderr.toString().trim().split("\n").at(-1) ?? "it failed";
}
