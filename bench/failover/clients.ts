import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { parseEndpoint } from "../../src/base/endpoint.ts";
import { decodeRecord } from "../../src/ledger/decode.ts";
import { type Child, exitWithin, readLines, startChild } from "./children.ts";
import type { Contestant } from "./contestants.ts";
import { encodeQuestion } from "./fleet.ts";
import type { ClientResult, PeerConfig, RequestResult, RightAnswer } from "./record.ts";
import type { Scenario } from "./scenarios.ts";

export interface ClientOptions {
  readonly scenario: Scenario;
  /** Of the replicas, or of the proxy before them. */
  readonly ports: readonly number[];
  readonly dir: string;
  readonly runId: string;
  readonly right: RightAnswer;
  readonly programs: ClientPrograms;
}

export interface ClientPrograms {
  /** The compiled executable. */
  readonly dfs: string;
  /** Absent when it could not be built. */
  readonly grpcGo: string | undefined;
}

/** A client at work. */
export interface RunningClient {
  /** The instant its first request is due. */
  readonly startUs: number;
  /** Its results, once all its requests have ended. */
  finish(): Promise<ClientResult>;
}

const startWithinMs = 10_000;
const endSlackMs = 15_000;

export async function startClient(
  contestant: Contestant,
  options: ClientOptions,
): Promise<RunningClient> {
  const { program } = contestant;
  if (program.kind === "dfs") return startDfs(program.policy, options);
  const command =
    program.kind === "grpc-go"
      ? [options.programs.grpcGo ?? ""]
      : [process.execPath, join(import.meta.dir, "peer.ts")];
  const style = program.kind === "grpc-js" ? program.style : "stock";
  return startPeer(command, style, options);
}

async function startPeer(
  command: readonly string[],
  style: PeerConfig["style"],
  options: ClientOptions,
): Promise<RunningClient> {
  const { scenario, dir, ports, runId, right } = options;
  const { ratePerSecond, durationMs, deadlineMs, question } = scenario;
  const resultPath = join(dir, "result.json");
  const requestHex = encodeQuestion(question).toString("hex");
  const config: PeerConfig = {
    ...{ style, ports, ratePerSecond, durationMs, deadlineMs },
    ...{ runId, requestHex, right, resultPath },
  };
  const child = startChild([...command, JSON.stringify(config)], {
    cwd: dir,
    stderrPath: join(dir, "client.stderr"),
  });
  let announcedUs: number | undefined;
  readLines(child.stdout, (line) => {
    if (line.startsWith("start ")) announcedUs = Number(line.slice("start ".length));
  });
  const startUs = await untilKnown(child, () => announcedUs);
  return {
    startUs,
    async finish() {
      await exitOk(child, scenario, (exit) => exit === 0);
      const result: ClientResult = JSON.parse(readFileSync(resultPath, "utf8"));
      return result;
    },
  };
}

/** `dfs load`; what it did is read from its ledger, as `dfs report` would. */
async function startDfs(policy: string, options: ClientOptions): Promise<RunningClient> {
  const { scenario, dir, ports, programs } = options;
  const { question } = scenario;
  const logPath = join(dir, "client.log");
  const words = {
    "--replicas": ports.map((port) => `127.0.0.1:${port}`).join(","),
    "--rate": String(scenario.ratePerSecond),
    "--duration": `${scenario.durationMs}ms`,
    "--deadline": `${scenario.deadlineMs}ms`,
    "--policy": policy,
    "--target": question.target === undefined ? "none" : String(question.target),
    "--num-vertices": String(question.numVertices),
    "--verify": "answer",
    "--logfile": logPath,
  };
  const child = startChild([programs.dfs, "load", ...Object.entries(words).flat()], {
    cwd: dir,
    stderrPath: join(dir, "client.stderr"),
  });
  const output: string[] = [];
  readLines(child.stdout, (line) => output.push(line));
  const startUs = await untilKnown(child, () => firstDueUs(logPath));
  return {
    startUs,
    async finish() {
      // Its verdict is its own affair here. 4: some requests left late, which their latency shows.
      await exitOk(child, scenario, (exit) => [0, 1, 4].includes(exit));
      await Bun.write(join(dir, "client.stdout"), output.join("\n"));
      return { startUs, requests: ledgerResults(logPath) };
    },
  };
}

async function untilKnown(child: Child, read: () => number | undefined): Promise<number> {
  let known: number | undefined;
  const isSettled = () => {
    known = read();
    return known !== undefined || !child.isRunning();
  };
  await waitUntil(systemClock, isSettled, { withinMs: startWithinMs, everyMs: 20 });
  if (known === undefined) throw new Error("the client did not begin: see client.stderr");
  return known;
}

async function exitOk(
  child: Child,
  { durationMs, deadlineMs }: Scenario,
  isOk: (exit: number) => boolean,
): Promise<void> {
  const exit = await exitWithin(child, durationMs + deadlineMs + endSlackMs, systemClock);
  if (!isOk(exit)) throw new Error(`the client ended with exit status ${exit}`);
}

/** Request 1 was due when the load began. */
function firstDueUs(path: string): number | undefined {
  return existsSync(path)
    ? ledgerResults(path).find(({ id }) => id.endsWith("-1"))?.dueUs
    : undefined;
}

/** Of complete lines: the ledger may be growing. */
function ledgerResults(path: string): RequestResult[] {
  const results: RequestResult[] = [];
  for (const line of readFileSync(path, "utf8").split("\n").slice(0, -1)) {
    const record = decodeRecord(line);
    if (record?.kind === "ok") {
      const { request: id, tUs: finishedUs, latencyUs, endpoint, attempts } = record;
      const port = parseEndpoint(endpoint).port;
      results.push({
        ...{ id, dueUs: finishedUs - latencyUs, finishedUs, outcome: "ok", port, attempts },
      });
    } else if (record?.kind === "request") {
      const { request: id, tUs: finishedUs, elapsedUs, attempts } = record;
      const outcome = record.outcome === "wrong" ? "wrong" : "lost";
      results.push({
        ...{ id, dueUs: finishedUs - elapsedUs, finishedUs, outcome, port: 0, attempts },
      });
    }
  }
  return results;
}
