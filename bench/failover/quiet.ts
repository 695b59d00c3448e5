import { cpus } from "node:os";
import { sleep, systemClock } from "../../src/base/clock.ts";
import { ownCpuMs } from "./children.ts";

const sampleMs = 1000;
const busyMaxPercent = 15;

/**
 * Waits, up to `patienceMs`, for other work on this machine to end: in a queue for a core, 1 ms of
 * work takes what the neighbours leave it. Resolves with how busy the machine still is, per cent.
 */
export async function untilQuiet(patienceMs: number, signal: AbortSignal): Promise<number> {
  const endUs = systemClock.nowUs() + patienceMs * 1000;
  while (true) {
    const before = cpuTimesMs();
    await sleep(systemClock, sampleMs, signal);
    const after = cpuTimesMs();
    const spanMs = after.total - before.total;
    const busyPercent = spanMs > 0 ? 100 - (100 * (after.idle - before.idle)) / spanMs : 0;
    const isOver = signal.aborted || systemClock.nowUs() >= endUs;
    if (busyPercent <= busyMaxPercent || isOver) return busyPercent;
  }
}

/** Above this share of the machine, others' work has made a run theirs as much as ours. */
export const foreignMaxPercent = 15;

/**
 * Runs `work`, during which this process starts and ends all it needs, and tells what share of the
 * machine, in per cent, other processes took meanwhile. It says nothing of a hypervisor's doings.
 */
export async function watchForeign<T>(
  work: () => Promise<T>,
): Promise<{ value: T; foreignPercent: number }> {
  const before = { ...cpuTimesMs(), own: ownCpuMs() };
  const value = await work();
  const after = { ...cpuTimesMs(), own: ownCpuMs() };
  const busyMs = after.total - before.total - (after.idle - before.idle);
  const foreignMs = busyMs - (after.own - before.own);
  const foreignPercent = (100 * foreignMs) / Math.max(1, after.total - before.total);
  return { value, foreignPercent: Math.max(0, foreignPercent) };
}

/** Of all cores together. */
function cpuTimesMs(): { total: number; idle: number } {
  let total = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    total += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { total, idle };
}
