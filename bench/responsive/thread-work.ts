import { readdirSync, readFileSync } from "node:fs";
import { sleep, systemClock } from "../../src/base/clock.ts";

/** Processor time that each thread of a process has had, in microseconds, by thread id. */
export function threadWorkUs(pid: number): ReadonlyMap<string, number> {
  const work = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
      work.set(thread, Number(stat.split(" ")[0]) / 1000);
    } catch {
      // The thread has ended meanwhile.
    }
  }
  return work;
}

/** The thread that works most over the next `overMs`. */
export async function busiestThread(pid: number, overMs: number): Promise<string> {
  const before = threadWorkUs(pid);
  await sleep(systemClock, overMs);
  const did = [...threadWorkUs(pid)].map(
    ([thread, us]) => [thread, us - (before.get(thread) ?? 0)] as const,
  );
  const [busiest] = did.sort(([, one], [, other]) => other - one);
  if (busiest === undefined) throw new Error(`Process ${pid} has no thread`);
  return busiest[0];
}

/**
 * Milliseconds from now until `thread` rests: from its last work until it has had no more than a
 * tenth of `restMs` for as long as that.
 */
export async function msUntilRest(pid: number, thread: string, restMs: number): Promise<number> {
  const startUs = systemClock.nowUs();
  const samples: { readonly atUs: number; readonly workUs: number }[] = [];
  for (;;) {
    const workUs = threadWorkUs(pid).get(thread) ?? Number.POSITIVE_INFINITY;
    const atUs = systemClock.nowUs();
    samples.push({ atUs, workUs });
    const since = samples.findLast((sample) => atUs - sample.atUs >= restMs * 1000);
    if (since !== undefined && workUs - since.workUs <= restMs * 100) {
      return (since.atUs - startUs) / 1000;
    }
    if (atUs - startUs > 10_000_000) return Number.POSITIVE_INFINITY;
    await sleep(systemClock, 1);
  }
}
