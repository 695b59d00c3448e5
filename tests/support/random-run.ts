import { seededRandom } from "../../src/base/random.ts";
import {
  attemptLine,
  executionLine,
  type Files,
  faultHeader,
  faultLine,
  loadFooter,
  loadHeader,
  lostLine,
  okLine,
  serverHeader,
  stateLine,
} from "./ledger-lines.ts";

const endpoints = ["localhost:50051", "localhost:50052"] as const;
const requestCount = 60;
const spacingMs = 50;

/**
 * The ledgers of a run in which anything happens: failed and late attempts, every outcome, repeated
 * and late executions, refusals, faults, a replica that was started again.
 */
export function randomRun(seed: number): Files {
  const random = seededRandom(seed);
  const chance = (share: number) => random.next() < share;
  const between = (low: number, high: number) => low + random.next() * (high - low);
  const client: string[] = [];
  const executions: [string[], string[], string[]] = [[], [], []];
  const execute = (ms: number, number: number, server: 0 | 1) => {
    const code = chance(0.05) ? "UNAVAILABLE" : "OK";
    // The first replica was started again at 1.5 s.
    const life = server === 0 && ms < 1500 ? 0 : server + 1;
    executions[life as 0 | 1 | 2].push(executionLine(ms, number, { code }));
  };
  const counts = { ok: 0, wrong: 0, failed: 0, indeterminate: 0 };
  for (let number = 1; number <= requestCount; number++) {
    const dueMs = number * spacingMs;
    const server = chance(0.5) ? 0 : 1;
    const endMs = dueMs + (chance(0.1) ? between(60, 900) : between(3, 20));
    if (chance(0.25)) {
      const ended = chance(0.2) ? "late" : "failed";
      client.push(
        attemptLine(between(dueMs + 1, endMs + (ended === "late" ? 500 : 0)), number, {
          ...{ endpoint: endpoints[1 - server] ?? "", ended, serviceMs: 1 },
        }),
      );
      if (chance(0.5)) execute(between(dueMs, endMs + 900), number, server === 0 ? 1 : 0);
    }
    if (chance(0.9)) execute(between(dueMs, endMs), number, server);
    if (chance(0.1)) client.push(stateLine(between(dueMs, endMs), endpoints[server], "suspect"));
    const answer = number % 7 === 0 ? { messages: number, firstMs: 1 } : {};
    const facts = {
      endpoint: endpoints[server],
      latencyMs: endMs - dueMs,
      serviceMs: 2,
      ...answer,
    };
    const outcome = (["wrong", "failed", "indeterminate"] as const)[Math.floor(random.next() * 30)];
    if (outcome === undefined) client.push(okLine(endMs, number, facts));
    else client.push(lostLine(endMs, number, { outcome, endpoint: endpoints[server] }));
    counts[outcome ?? "ok"]++;
  }
  const totals = { scheduled: requestCount, ...counts, held_ms: requestCount * spacingMs };
  const faultAtMs = between(200, 1400);
  return {
    "client.log": [
      loadHeader(0, { durationS: 3, ratePerS: 20 }),
      ...client,
      ...(chance(0.8) ? [loadFooter(5000, totals)] : []),
    ],
    "server_50051.log": [
      ...[serverHeader(-90_000, { run: "s1", port: 50051 }), ...executions[0]],
      ...[serverHeader(1500, { run: "s2", port: 50051, pid: 201 }), ...executions[1]],
    ],
    "server_50052.log": [serverHeader(-90_000, { run: "s3", port: 50052 }), ...executions[2]],
    "fault.log": [
      faultHeader(-1, { run: "f" }),
      faultLine(faultAtMs, { run: "f", port: 50051 }),
      faultLine(faultAtMs + 100, { run: "f", port: 50052, fault: "stall" }),
      faultLine(faultAtMs + 700, { run: "f", port: 50052, fault: "stall", phase: "end" }),
    ],
  };
}
