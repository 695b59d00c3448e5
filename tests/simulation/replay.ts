/**
 * `bun tests/simulation/replay.ts FAMILY:SEED`: plays one schedule again and prints all that
 * happens in it, and which rules it breaks. Exit status 1 when it breaks one.
 */
import { violationsOf } from "./properties.ts";
import { runSchedule } from "./run-schedule.ts";
import { drawSchedule, families, isFamily } from "./schedule.ts";

function main(name: string): number {
  const [family = "", seed] = name.split(":");
  if (!isFamily(family) || !/^\d+$/.test(seed ?? "")) {
    console.error(
      `Cannot replay "${name}" as it must be FAMILY:SEED, such as stall:7; ` +
        `families: ${families.join(", ")}`,
    );
    return 2;
  }
  const schedule = drawSchedule(family, Number(seed));
  const { requests, faults, replicas, ...rest } = schedule;
  console.log(JSON.stringify({ ...rest, requests: requests.length, faults: faults.length }));
  for (const [index, replica] of replicas.entries()) {
    console.log(`replica ${index}: ${JSON.stringify(replica)}`);
  }
  let startUs: number | undefined;
  const history = runSchedule(schedule, {
    tell: (tUs, text) => {
      startUs ??= tUs;
      console.log(`${((tUs - startUs) / 1000).toFixed(3).padStart(11)} ms  ${text}`);
    },
  });
  const violations = violationsOf(history);
  for (const violation of violations) console.log(`BROKEN: ${violation}`);
  console.log(violations.length === 0 ? "no rule is broken" : `${violations.length} broken`);
  return violations.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2] ?? "");
