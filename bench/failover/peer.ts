/**
 * A grpc-js client in one of several styles, driving RunDFS on a schedule:
 * `plain` no second chance of its own (before a proxy), `stock` round_robin + retryPolicy,
 * `hedging` round_robin + hedgingPolicy, `best` all that configuration offers plus 100 ms per try,
 * `original` one request after the other, 3 s each, next replica, 0.1 s pause.
 */
import { writeFileSync } from "node:fs";
import { sleep, systemClock } from "../../src/base/clock.ts";
import { openCaller, type Try } from "./peer-call.ts";
import { optionsOf } from "./peer-options.ts";
import type { ClientResult, PeerConfig, RequestResult } from "./record.ts";

const tryTimeoutMs = 100;
const originalTimeoutMs = 3000;
const originalPauseMs = 100;

const config: PeerConfig = JSON.parse(process.argv[2] ?? "");
const results: RequestResult[] = [];

function settled(number: number, dueUs: number, last: Try, attempts: number): void {
  const id = `${config.runId}-${number}`;
  const { finishedUs, outcome, port } = last;
  results.push({ id, dueUs, finishedUs, outcome, port, attempts });
}

/** Open loop: every request leaves when it is due; a late wake-up sends all that has fallen due. */
async function openLoop(startUs: number): Promise<void> {
  const caller = openCaller(config, { ports: config.ports, ...optionsOf(config.style) });
  const requestCount = Math.round((config.ratePerSecond * config.durationMs) / 1000);
  const tries = config.style === "best";
  const open = new Set<Promise<void>>();
  for (let number = 1; number <= requestCount; ) {
    const dueUs = startUs + ((number - 1) * 1e6) / config.ratePerSecond;
    const waitUs = dueUs - systemClock.nowUs();
    if (waitUs > 0) {
      await sleep(systemClock, waitUs / 1000);
      continue;
    }
    const ended = request(number, dueUs).finally(() => open.delete(ended));
    open.add(ended);
    number++;
  }
  await Promise.all(open);
  caller.close();

  async function request(number: number, dueUs: number): Promise<void> {
    const id = `${config.runId}-${number}`;
    const deadlineUs = dueUs + config.deadlineMs * 1000;
    // grpc-js does not tell how many attempts its retries and hedges made.
    if (!tries) return settled(number, dueUs, await caller.call(id, deadlineUs), 0);
    let attempts = 0;
    let last: Try;
    do {
      attempts++;
      const tryEndUs = systemClock.nowUs() + tryTimeoutMs * 1000;
      last = await caller.call(id, Math.min(deadlineUs, tryEndUs), attempts - 1);
    } while (last.isRetryable && systemClock.nowUs() < deadlineUs);
    settled(number, dueUs, last, attempts);
  }
}

/** Closed loop: a request is due when the one before it has ended and the pause is over. */
async function closedLoop(startUs: number): Promise<void> {
  const callers = config.ports.map((port) =>
    openCaller(config, { ports: [port], ...optionsOf(config.style) }),
  );
  const endUs = startUs + config.durationMs * 1000;
  await sleep(systemClock, (startUs - systemClock.nowUs()) / 1000);
  for (let number = 1; systemClock.nowUs() < endUs; number++) {
    const dueUs = systemClock.nowUs();
    let last: Try | undefined;
    let attempts = 0;
    while (last === undefined || (last.isRetryable && attempts < callers.length)) {
      const caller = callers[(number + attempts) % callers.length];
      if (caller === undefined) throw new Error("The client has no replica");
      const tryEndUs = systemClock.nowUs() + originalTimeoutMs * 1000;
      last = await caller.call(`${config.runId}-${number}`, tryEndUs);
      attempts++;
    }
    settled(number, dueUs, last, attempts);
    await sleep(systemClock, originalPauseMs);
  }
  for (const caller of callers) caller.close();
}

const startUs = systemClock.nowUs() + 1_500_000;
console.log(`start ${startUs}`);
await (config.style === "original" ? closedLoop(startUs) : openLoop(startUs));
const result: ClientResult = { startUs, requests: results };
writeFileSync(config.resultPath, JSON.stringify(result));
