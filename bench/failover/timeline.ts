import { cpus } from "node:os";
import { join } from "node:path";
import { sleep, systemClock } from "../../src/base/clock.ts";
import { startChild } from "./children.ts";
import type { Fleet } from "./fleet.ts";
import type { Step } from "./scenarios.ts";

/** A step that was done, and when. */
export interface DoneStep {
  readonly step: Step;
  readonly tUs: number;
}

const burnersPerCore = 4;

/** Does the steps at their times after `startUs`; every instant is taken right after its signal. */
export async function playTimeline(
  steps: readonly Step[],
  options: { startUs: number; fleet: Fleet; dir: string; signal: AbortSignal },
): Promise<DoneStep[]> {
  const { startUs, fleet, dir, signal } = options;
  const done: DoneStep[] = [];
  for (const step of steps) {
    if (step.action === "burn") startBurners(step, startUs, dir);
  }
  for (const step of steps.toSorted((one, other) => one.atMs - other.atMs)) {
    await sleep(systemClock, (startUs - systemClock.nowUs()) / 1000 + step.atMs, signal);
    if (signal.aborted) break;
    act(step, fleet);
    done.push({ step, tUs: systemClock.nowUs() });
  }
  return done;
}

const signals = { kill: "SIGKILL", suspend: "SIGSTOP", resume: "SIGCONT" } as const;

function act({ action, replica }: Step, fleet: Fleet): void {
  if (action === "start") fleet.spawn(replica);
  // The burners wait for their instant by themselves.
  else if (action !== "burn") fleet.signal(replica, signals[action]);
}

/** Started with the load, so that their own start costs nothing when the burst begins. */
function startBurners(step: Step, startUs: number, dir: string): void {
  const fromUs = startUs + step.atMs * 1000;
  const toUs = fromUs + (step.durationMs ?? 0) * 1000;
  const program = join(import.meta.dir, "burner.ts");
  for (let count = 0; count < cpus().length * burnersPerCore; count++) {
    startChild([process.execPath, program, String(fromUs), String(toUs)], {
      cwd: dir,
      stderrPath: join(dir, "burner.stderr"),
    });
  }
}
