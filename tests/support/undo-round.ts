import { existsSync, readFileSync } from "node:fs";
import { sleep, systemClock, waitUntil } from "../../src/base/clock.ts";
import { isAlive, killForSure, linuxState } from "./process-state.ts";

/** An echo server to be stalled; killed with its scope. */
export interface UndoTarget extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

export async function startUndoTarget(): Promise<UndoTarget> {
  const program = `
    const socket = { data: (peer, bytes) => void peer.write(bytes) };
    console.log(Bun.listen({ hostname: "127.0.0.1", port: 0, socket }).port);`;
  const child = Bun.spawn([process.execPath, "-e", program], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return {
    pid: child.pid,
    port: Number(new TextDecoder().decode(value)),
    async [Symbol.asyncDispose]() {
      killForSure(child.pid);
      await child.exited;
    },
  };
}

export interface UndoRoundPlan {
  /** How `dfs` is started. */
  readonly dfs: readonly string[];
  readonly target: UndoTarget;
  /** `stall --duration 1s` or the like. */
  readonly fault: readonly string[];
  readonly durationMs: number;
  /** From the start of the injector to its SIGKILL. */
  readonly killAfterMs: number;
  /** The ledger of this round alone. */
  readonly logfile: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface UndoRound {
  /** When the target was first seen suspended, after the start; undefined: never. */
  readonly suspendedAfterMs: number | undefined;
  /** The injector had already resumed the target, or was about to: it had outlived the end. */
  readonly isPastEnd: boolean;
  /** By how much it ran again after the planned end (before: negative). */
  readonly lateMs: number | undefined;
  /** It was still suspended long after the planned end. */
  readonly isStuck: boolean;
}

/** Far above what a watchdog takes on a machine with all hands full. */
const stuckAfterMs = 5000;

/**
 * Starts a fault, kills its injector with SIGKILL, and watches from outside (by /proc, every
 * millisecond) when the target stands still and when it runs again. Linux only.
 */
export async function playUndoRound(plan: UndoRoundPlan): Promise<UndoRound> {
  const { target, durationMs, logfile, env } = plan;
  const words = ["fault", ...plan.fault, "--port", String(target.port), "--logfile", logfile];
  const startUs = systemClock.nowUs();
  const injector = Bun.spawn([...plan.dfs, ...words], {
    stdio: ["ignore", "ignore", "ignore"],
    env: { ...process.env, ...env },
  });
  const killUs = startUs + plan.killAfterMs * 1000;
  let suspendedUs: number | undefined;
  let runningUs: number | undefined;
  const endUs = startUs + (plan.killAfterMs + durationMs + stuckAfterMs) * 1000;
  while (systemClock.nowUs() < endUs) {
    const isSuspended = linuxState(target.pid) === "T";
    const nowUs = systemClock.nowUs();
    if (isSuspended) {
      suspendedUs ??= nowUs;
      runningUs = undefined;
    } else if (suspendedUs !== undefined) runningUs ??= nowUs;
    if (nowUs >= killUs && injector.exitCode === null) injector.kill("SIGKILL");
    // A little longer than it may take a suspension that was asked for to come into effect.
    const isOver = nowUs >= killUs + 300_000 && !isAlive(injector.pid) && !isSuspended;
    if (isOver) break;
    await sleep(systemClock, 1);
  }
  await injector.exited;
  if (suspendedUs === undefined) {
    return { suspendedAfterMs: undefined, isPastEnd: false, lateMs: undefined, isStuck: false };
  }
  const plannedUs = (beginOnRecordUs(logfile) ?? suspendedUs) + durationMs * 1000;
  return {
    suspendedAfterMs: (suspendedUs - startUs) / 1000,
    isPastEnd: killUs >= plannedUs,
    lateMs: runningUs === undefined ? undefined : (runningUs - plannedUs) / 1000,
    isStuck: runningUs === undefined,
  };
}

function beginOnRecordUs(logfile: string): number | undefined {
  if (!existsSync(logfile)) return undefined;
  const begin = / phase=begin .* t_us=(\d+)$/m.exec(readFileSync(logfile, "utf8"));
  return begin === null ? undefined : Number(begin[1]);
}

/** Whether `condition` holds within some seconds. */
export function soon(condition: () => boolean): Promise<boolean> {
  return waitUntil(systemClock, condition, { withinMs: 10_000, everyMs: 10 });
}
