/**
 * `bun tests/simulation/soak.ts [--schedules 2000000] [--workers 2] [--seed N]`: the simulation,
 * for as long as it takes. Prints each schedule that breaks a rule, with the command that replays
 * it; exit status 1 when there is one.
 */
import { parseArgs } from "node:util";
import { systemClock } from "../../src/base/clock.ts";
import { freshSeed, seededRandom } from "../../src/base/random.ts";
import { describeFailure, runCampaign } from "./campaign.ts";
import { families } from "./schedule.ts";

declare const self: Worker;

/** Small enough for steady news, large enough that telling costs nothing. */
const batchCount = 1600;

interface Batch {
  readonly count: number;
  readonly baseSeed: number;
}

interface BatchResult {
  readonly count: number;
  readonly failures: readonly string[];
}

if (Bun.isMainThread) process.exitCode = await main();
else serveBatches();

function serveBatches(): void {
  self.onmessage = ({ data }: MessageEvent<Batch>) => {
    const failures = runCampaign({ families, ...data }).map(describeFailure);
    self.postMessage({ count: data.count, failures } satisfies BatchResult);
  };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      schedules: { type: "string", default: "2000000" },
      workers: { type: "string", default: "2" },
      seed: { type: "string", default: String(freshSeed()) },
    },
  });
  const total = Number(values.schedules);
  const workerCount = Number(values.workers);
  const seed = Number(values.seed);
  if (![total, workerCount, seed].every(Number.isSafeInteger) || workerCount < 1) {
    console.error("Cannot run the simulation as --schedules, --workers, --seed must be integers");
    return 2;
  }
  console.log(`${total} schedules, ${workerCount} workers, base seed ${seed}`);
  const failureCount = await share({ total, workerCount, seed });
  console.log(`${failureCount} of ${total} schedules broke a rule`);
  return failureCount === 0 ? 0 : 1;
}

/** Hands out batches until all are done; returns how many schedules broke a rule. */
async function share(run: { total: number; workerCount: number; seed: number }): Promise<number> {
  const seeds = seededRandom(run.seed);
  const startUs = systemClock.nowUs();
  let [handedOut, done, failureCount, toldUs] = [0, 0, 0, startUs];
  const next = (): Batch | undefined => {
    const count = Math.min(batchCount, run.total - handedOut);
    handedOut += count;
    return count > 0 ? { count, baseSeed: Math.floor(seeds.next() * 2 ** 32) } : undefined;
  };
  const onResult = ({ count, failures }: BatchResult) => {
    done += count;
    failureCount += failures.length;
    for (const failure of failures) console.log(failure);
    const nowUs = systemClock.nowUs();
    if (nowUs - toldUs < 10_000_000 && done < run.total) return;
    toldUs = nowUs;
    const perSecond = done / ((nowUs - startUs) / 1e6);
    console.log(`${done} schedules, ${perSecond.toFixed(0)}/s, ${failureCount} broke a rule`);
  };
  await Promise.all(Array.from({ length: run.workerCount }, () => work(next, onResult)));
  return failureCount;
}

function work(
  next: () => Batch | undefined,
  onResult: (result: BatchResult) => void,
): Promise<void> {
  const worker = new Worker(import.meta.url);
  return new Promise<void>((resolve, reject) => {
    const hand = () => {
      const batch = next();
      if (batch === undefined) resolve();
      else worker.postMessage(batch);
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }: MessageEvent<BatchResult>) => {
      onResult(data);
      hand();
    };
    hand();
  }).finally(() => worker.terminate());
}
