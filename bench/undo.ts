/**
 * Undo accuracy: the injector of a stall is killed with SIGKILL at a random moment between its
 * start and the planned end, until that has hit 200 stalls; when the target runs again is compared
 * with the planned instant. Linux only. Ends with 1 when a target stays suspended, when more than
 * one in 200 is over 100 ms off, when any is over 1 s off, or when a process or an entry is left.
 *
 *   bun bench/undo.ts [STALLS] [SEED]
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { binaryPath, hostTarget } from "../build.ts";
import { freshSeed, seededRandom } from "../src/base/random.ts";
import { selfCommand } from "../src/base/self-command.ts";
import { processesMarked } from "../tests/support/process-state.ts";
import {
  playUndoRound,
  soon,
  startUndoTarget,
  type UndoRound,
} from "../tests/support/undo-round.ts";

if (process.platform !== "linux") {
  console.log("Nothing to measure: this needs Linux");
  process.exit(0);
}

const stallCount = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? freshSeed());
const random = seededRandom(seed);
/** Rounds at a time, each with a target of its own. */
const workerCount = 3;
/** Rounds whose injector died before it had suspended anything are many, but not all. */
const roundMaxCount = stallCount * 10;
const mark = `DFS_BENCH_UNDO=${seed}-${process.pid}`;
const binary = binaryPath(hostTarget());
const self = selfCommand([]);
/** Who measures must not be late itself, but what is measured gets no such favour. */
const isPreferred = preferSelf();
const dfs = [
  ...(isPreferred ? ["nice", "-n", String(-constants.priority.PRIORITY_HIGH)] : []),
  ...(existsSync(binary) ? [binary] : [self.file, ...self.args]),
];
const directory = mkdtempSync(join(tmpdir(), "dfs-bench-undo-"));
const [markName = "", markValue = ""] = mark.split("=");
const env = { XDG_RUNTIME_DIR: directory, [markName]: markValue };

console.log(`${stallCount} stalls, ${workerCount} at a time, seed ${seed}, by ${dfs.join(" ")}`);
const rounds: UndoRound[] = [];
let startedCount = 0;
/** From the start of an injector to its stall, as last seen: the range that moments come from. */
let startUpMs = 200;
const isHit = ({ suspendedAfterMs, isPastEnd }: UndoRound) =>
  suspendedAfterMs !== undefined && !isPastEnd;
const isEnough = () => rounds.filter(isHit).length >= stallCount || startedCount >= roundMaxCount;

function preferSelf(): boolean {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
    return Bun.which("nice") !== null;
  } catch {
    return false;
  }
}

async function work(): Promise<void> {
  await using target = await startUndoTarget();
  while (!isEnough()) {
    const index = startedCount++;
    const durationMs = 300 + Math.round(random.next() * 700);
    const round = await playUndoRound({
      ...{ dfs, target, durationMs, env },
      fault: ["stall", "--duration", `${durationMs}ms`],
      killAfterMs: random.next() * (startUpMs + durationMs),
      logfile: join(directory, `${index}.log`),
    });
    startUpMs = round.suspendedAfterMs ?? startUpMs;
    rounds.push(round);
  }
}

function quantile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

try {
  await Promise.all(Array.from({ length: workerCount }, work));
  const stalled = rounds.filter(isHit);
  const beforeCount = rounds.filter(({ suspendedAfterMs: at }) => at === undefined).length;
  const lateMs = stalled.flatMap((round) => round.lateMs ?? []).sort((a, b) => a - b);
  const stuckCount = rounds.filter(({ isStuck }) => isStuck).length;
  const off = (boundMs: number) => lateMs.filter((late) => Math.abs(late) > boundMs).length;
  const isTidy = await soon(() => processesMarked(mark).length === 0);
  const entries = readdirSync(join(directory, "dfs"));
  const spread = [0, 0.5, 0.95, 0.99, 1].map((share) => quantile(lateMs, share)).join(" / ");
  const afterCount = rounds.length - stalled.length - beforeCount;
  console.log(`  killed before, after the stall   ${beforeCount}, ${afterCount}`);
  console.log(`  killed during the stall          ${stalled.length}`);
  console.log(`  left suspended                   ${stuckCount} (0)`);
  console.log(`  off by min/p50/p95/p99/max       ${spread} ms`);
  console.log(
    `  more than 100 ms off             ${off(100)} (${Math.floor(stalled.length / 200)})`,
  );
  console.log(`  more than 1 s off                ${off(1000)} (0)`);
  console.log(
    `  processes, entries left          ${isTidy ? 0 : "some"}, ${entries.length} (0, 0)`,
  );
  const isGood =
    stalled.length >= stallCount &&
    stuckCount === 0 &&
    off(100) <= stalled.length / 200 &&
    off(1000) === 0 &&
    isTidy &&
    entries.length === 0;
  console.log(isGood ? "Every bound is kept" : "A bound is broken");
  process.exitCode = isGood ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
