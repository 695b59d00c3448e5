/**
 * The replica of this benchmark: RunDFS and nothing else, so that every client meets the same
 * server, on Bun and (bundled) on Node. Each execution is a real search, about 1 ms of CPU for the
 * benchmark's graph, and is written to the log with a synchronous write before its answer leaves:
 * a kill cannot lose the record of an answer. Methods it does not know answer UNIMPLEMENTED.
 *
 * Log lines: `L tUs pid` the port is open; `E tUs id previousAttempts` an execution.
 */
import { openSync, writeSync } from "node:fs";
import { Metadata, Server, ServerCredentials, type UntypedHandleCall } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { sleep, systemClock } from "../../src/base/clock.ts";
import {
  createSearchScratch,
  depthFirstSearch,
  type SearchResult,
} from "../../src/graph/depth-first-search.ts";
import { modularGraph } from "../../src/graph/modular-graph.ts";

export interface ReplicaConfig {
  readonly port: number;
  readonly logPath: string;
  readonly protoPath: string;
  readonly numVertices: number;
  /** Waited after the search and its log line, before the answer: I/O of a service behind it. */
  readonly waitMs: number;
}

interface Call {
  readonly request: { readonly target?: number; readonly numVertices: number };
  readonly metadata: Metadata;
  sendMetadata(metadata: Metadata): void;
}

type Answer = (error: null, response: SearchResult & { runtimeMs: number }) => void;

const config: ReplicaConfig = JSON.parse(process.argv[2] ?? "");
const log = openSync(config.logPath, "a");
const scratch = createSearchScratch();
const graph = modularGraph(config.numVertices);

function note(line: string): void {
  writeSync(log, `${line}\n`);
}

function text(metadata: Metadata, key: string): string {
  return String(metadata.get(key)[0] ?? "");
}

async function runDfs(call: Call, answer: Answer): Promise<void> {
  const startUs = systemClock.nowUs();
  const result = depthFirstSearch(graph, scratch, call.request.target);
  const id = text(call.metadata, "x-request-id") || "-";
  const nowUs = systemClock.nowUs();
  note(`E ${nowUs} ${id} ${text(call.metadata, "grpc-previous-rpc-attempts") || 0}`);
  if (config.waitMs > 0) await sleep(systemClock, config.waitMs);
  const head = new Metadata();
  head.set("x-replica", String(config.port));
  call.sendMetadata(head);
  answer(null, { ...result, runtimeMs: (nowUs - startUs) / 1000 });
}

const definition = loadSync(config.protoPath, { oneofs: true, defaults: true });
const service = definition["dfs.DFSService"];
if (service === undefined || "format" in service) throw new Error("The proto has no DFSService");
const { RunDFS } = service;
if (RunDFS === undefined) throw new Error("The proto has no RunDFS");

// Compiles the search before the port opens, as a replica that serves for long has it.
for (let round = 0; round < 20; round++) depthFirstSearch(graph, scratch);

const server = new Server({ "grpc.max_concurrent_streams": 10_000 });
const handler: UntypedHandleCall = runDfs as UntypedHandleCall;
server.addService({ RunDFS }, { RunDFS: handler });
server.bindAsync(`127.0.0.1:${config.port}`, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
  note(`L ${systemClock.nowUs()} ${process.pid}`);
});
