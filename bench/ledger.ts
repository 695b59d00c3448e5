/**
 * What writing the ledger costs the load: `dfs load` with and without a log file, taking turns
 * against the same replica. Run: bun bench/ledger.ts [rounds] [seconds] after a build. Ends with 1
 * when a request costs a tenth more CPU with its ledger than without.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, waitUntil } from "../src/base/clock.ts";
import { exitStatus } from "../src/base/exit-status.ts";
import { dfsBinary } from "../tests/support/dfs-process.ts";
import { freePorts } from "../tests/support/free-ports.ts";

const roundCount = Number(process.argv[2] ?? 3);
const durationS = Number(process.argv[3] ?? 10);
const ratePerSecond = 2000;
const costMaxShare = 0.1;
const attemptMaxCount = 4;

const directory = mkdtempSync(join(tmpdir(), "dfs-bench-"));
const logfiles = ["none", "client.log"] as const;
type Logfile = (typeof logfiles)[number];

function start(args: readonly string[]) {
  const command = [dfsBinary(), ...args];
  return Bun.spawn(command, {
    cwd: directory,
    stdio: ["pipe", "pipe", "inherit"],
    timeout: (durationS * roundCount * 2 + 120) * 1000,
    killSignal: "SIGKILL",
  });
}

/** CPU of one load, user and system, by request. One that fell behind is made again. */
async function cpuUsPerRequest(port: number, logfile: Logfile): Promise<number> {
  for (let attempt = 1; attempt <= attemptMaxCount; attempt++) {
    const load = start([
      ...["load", "--replicas", `localhost:${port}`, "--rate", `${ratePerSecond}`],
      ...["--duration", `${durationS}`, "--num-vertices", "100", "--target", "5"],
      ...["--logfile", logfile],
    ]);
    const text = await load.stdout.text();
    await load.exited;
    if (load.exitCode === exitStatus.verified) {
      const cpuUs = Number(load.resourceUsage()?.cpuTime.total ?? Number.NaN);
      return cpuUs / (ratePerSecond * durationS);
    }
    const last = text.trimEnd().split("\n").at(-1);
    if (load.exitCode !== exitStatus.inconclusive) throw new Error(`dfs load failed: ${last}`);
    console.log(`the machine is busy, once more: ${last}`);
  }
  throw new Error(`The machine was too busy ${attemptMaxCount} times in a row`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function percent(share: number): string {
  return `${share < 0 ? "" : "+"}${(share * 100).toFixed(1)} %`;
}

const [port = 0] = await freePorts(1);
const replica = start(["serve", "--port", `${port}`, "--logfile", "none"]);
try {
  const isUp = async () => {
    const check = start(["check", "--replicas", `localhost:${port}`]);
    return (await check.exited) === 0;
  };
  if (!(await waitUntil(systemClock, isUp, { withinMs: 10_000, everyMs: 100 }))) {
    throw new Error("The replica does not serve");
  }
  const shares: number[] = [];
  for (let round = 1; round <= roundCount; round++) {
    // The order turns, so that neither is always the one that finds the machine warm.
    const order = round % 2 === 0 ? logfiles.toReversed() : logfiles;
    const costs = new Map<Logfile, number>();
    for (const logfile of order) costs.set(logfile, await cpuUsPerRequest(port, logfile));
    const without = costs.get("none") ?? Number.NaN;
    const withLedger = costs.get("client.log") ?? Number.NaN;
    shares.push(withLedger / without - 1);
    console.log(
      `round ${round}: ${without.toFixed(1)} us of CPU a request without a ledger, ` +
        `${withLedger.toFixed(1)} us with one, ${percent(withLedger / without - 1)}`,
    );
  }
  const share = median(shares);
  console.log(
    `ledger at ${ratePerSecond} requests/s, ${roundCount} rounds of ${durationS} s: median ` +
      `${percent(share)} CPU (at most ${percent(costMaxShare)})`,
  );
  process.exitCode = share < costMaxShare ? 0 : 1;
} finally {
  replica.kill("SIGTERM");
  await replica.exited;
  rmSync(directory, { recursive: true, force: true });
}
