/**
 * The two implementations of Channel against one `dfs serve`, taking turns: as many calls as 32 at
 * a time make, and 200 calls/s. Run: bun bench/channel.ts [rounds]. Ends with 1 when the channel
 * over node:http2, which serves the load client, costs more CPU or makes fewer calls.
 */
import { join } from "node:path";
import { sleep, systemClock, waitUntil } from "../src/base/clock.ts";
import { type Channel, unaryResult } from "../src/rpc/channel.ts";
import { runDfs } from "../src/rpc/dfs-service.ts";
import { openHttp2Channel } from "../src/rpc/http2-channel.ts";
import { openGrpcChannel } from "../tests/support/grpc-channel.ts";

const roundCount = Number(process.argv[2] ?? 7);
const concurrency = 32;
const closedCallCount = 4000;
const openRatePerSecond = 200;
const openCallCount = 400;

const contestants = [
  { name: "grpc-js", openChannel: openGrpcChannel },
  { name: "node:http2", openChannel: openHttp2Channel },
] as const;

interface Figures {
  readonly callsPerSecond: number;
  readonly cpuUsPerCall: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const request = runDfs.requestSerialize({ target: 42_000, numVertices: 0 });
/** Discovered by the search for vertex 42000 of modular:50000. */
const visitedCount = 341;
let callNumber = 0;

/** One call, checked; its time in milliseconds. */
async function timeCall(channel: Channel): Promise<number> {
  const startUs = systemClock.nowUs();
  const metadata = { "x-request-id": `bench-${++callNumber}` };
  const call = { path: runDfs.path, request, timeoutMs: 10_000, metadata };
  const result = await unaryResult(channel, call);
  const latencyMs = (systemClock.nowUs() - startUs) / 1000;
  if (result.response === undefined) throw new Error(`${result.status}: ${result.detail}`);
  const answer = runDfs.responseDeserialize(Buffer.from(result.response));
  if (answer.visitedCount !== visitedCount) throw new Error(`visited ${answer.visitedCount}`);
  return latencyMs;
}

async function closedLoop(channel: Channel): Promise<number[]> {
  const latenciesMs: number[] = [];
  let begunCount = 0;
  const worker = async () => {
    while (begunCount++ < closedCallCount) latenciesMs.push(await timeCall(channel));
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return latenciesMs;
}

async function openLoop(channel: Channel): Promise<number[]> {
  const startUs = systemClock.nowUs();
  const calls: Promise<number>[] = [];
  while (calls.length < openCallCount) {
    const dueUs = startUs + (calls.length * 1e6) / openRatePerSecond;
    const waitMs = (dueUs - systemClock.nowUs()) / 1000;
    if (waitMs > 0) await sleep(systemClock, waitMs);
    calls.push(timeCall(channel));
  }
  return await Promise.all(calls);
}

async function measure(run: () => Promise<number[]>): Promise<Figures> {
  Bun.gc(true);
  const cpuBefore = process.cpuUsage();
  const startUs = systemClock.nowUs();
  const latenciesMs = await run();
  const spanS = (systemClock.nowUs() - startUs) / 1e6;
  const { user, system } = process.cpuUsage(cpuBefore);
  const sorted = latenciesMs.sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return {
    callsPerSecond: sorted.length / spanS,
    cpuUsPerCall: (user + system) / sorted.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

function medianOf(rounds: readonly Figures[], pick: (figures: Figures) => number): number {
  const sorted = rounds.map(pick).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function medians(rounds: readonly Figures[]): Figures {
  return {
    callsPerSecond: medianOf(rounds, (figures) => figures.callsPerSecond),
    cpuUsPerCall: medianOf(rounds, (figures) => figures.cpuUsPerCall),
    p50Ms: medianOf(rounds, (figures) => figures.p50Ms),
    p99Ms: medianOf(rounds, (figures) => figures.p99Ms),
  };
}

const columns = [
  { title: "calls/s", pick: (figures: Figures) => figures.callsPerSecond, digits: 0 },
  { title: "CPU us/call", pick: (figures: Figures) => figures.cpuUsPerCall, digits: 1 },
  { title: "p50 ms", pick: (figures: Figures) => figures.p50Ms, digits: 2 },
  { title: "p99 ms", pick: (figures: Figures) => figures.p99Ms, digits: 2 },
] as const;

/** Prints a row for each contestant and one of ratios; the ratios' figures. */
function printTable(title: string, rounds: readonly (readonly Figures[])[]): Figures {
  const line = (name: string, cells: readonly string[]) =>
    console.log(name.padEnd(14) + cells.map((cell) => cell.padStart(13)).join(""));
  console.log(`\n${title}`);
  line(
    "",
    columns.map((column) => column.title),
  );
  const all = rounds.map(medians);
  for (const [index, figures] of all.entries()) {
    const cells = columns.map(({ pick, digits }) => pick(figures).toFixed(digits));
    line(contestants[index]?.name ?? "", cells);
  }
  const ratio = (pick: (figures: Figures) => number) =>
    medianOf(all.slice(1), pick) / medianOf(all.slice(0, 1), pick);
  line(
    "ratio",
    columns.map(({ pick }) => ratio(pick).toFixed(2)),
  );
  return {
    callsPerSecond: ratio((figures) => figures.callsPerSecond),
    cpuUsPerCall: ratio((figures) => figures.cpuUsPerCall),
    p50Ms: ratio((figures) => figures.p50Ms),
    p99Ms: ratio((figures) => figures.p99Ms),
  };
}

/** A replica of its own process, which ends with the pipe on its stdin. */
async function startReplica() {
  const main = join(import.meta.dir, "../src/main.ts");
  const child = Bun.spawn(
    [
      process.execPath,
      main,
      "serve",
      "--port",
      "0",
      "--logfile",
      "none",
      "--supervised-by",
      `${process.pid}`,
    ],
    { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
  );
  const decoder = new TextDecoder();
  let output = "";
  for await (const chunk of child.stdout) {
    output += decoder.decode(chunk, { stream: true });
    const port = Number(/:(\d+) serving/.exec(output)?.[1] ?? /"port":(\d+)/.exec(output)?.[1]);
    if (port > 0) return { port, child };
  }
  throw new Error(`The replica did not start: ${output}`);
}

async function main(): Promise<number> {
  const { port, child } = await startReplica();
  const channels = contestants.map(({ openChannel }) => openChannel({ host: "127.0.0.1", port }));
  try {
    for (const channel of channels) {
      channel.connect();
      const isReady = () => channel.state === "ready";
      if (!(await waitUntil(systemClock, isReady, { withinMs: 5000, everyMs: 5 }))) return 1;
      // Its code is compiled and the server's too.
      await closedLoop(channel);
    }
    const closed: Figures[][] = channels.map(() => []);
    const open: Figures[][] = channels.map(() => []);
    for (let round = 0; round < roundCount; round++) {
      for (const [index, channel] of channels.entries()) {
        closed[index]?.push(await measure(() => closedLoop(channel)));
        open[index]?.push(await measure(() => openLoop(channel)));
      }
    }
    console.log(`Medians of ${roundCount} rounds; ratio: node:http2 / grpc-js`);
    const ratios = printTable(`Closed loop, ${concurrency} calls at a time`, closed);
    printTable(`Open loop, ${openRatePerSecond} calls/s`, open);
    return ratios.callsPerSecond > 1 && ratios.cpuUsPerCall < 1 ? 0 : 1;
  } finally {
    for (const channel of channels) channel.close();
    child.kill();
    await child.exited;
  }
}

process.exit(await main());
