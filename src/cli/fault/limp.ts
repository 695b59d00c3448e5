import { formatDuration } from "../../base/duration.ts";
import { DfsError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { injectLimp } from "../../fault/limp.ts";
import { limpObjection } from "../../fault/limp-parts.ts";
import { formatProcess } from "../../fault/process-facts.ts";
import { duration, percentage } from "../flags.ts";
import { defineSubcommand } from "../subcommand.ts";
import { sharedFlags } from "./flags.ts";
import { percent } from "./limp-text.ts";
import { runFault } from "./run-fault.ts";

export const limpCommand = defineSubcommand({
  name: "fault limp",
  description:
    "Suspend the process that listens on a port again and again, so that it is slow but alive",
  examples: [
    "dfs fault limp --port 50052 --duration 10",
    "dfs fault limp --port 50052 --duty 80% --period 200ms --duration 10",
    "dfs fault limp --port 50052 --duty 50% --period 1s --duration 1m --delay 5",
  ],
  flags: {
    ...sharedFlags,
    duration: duration.required({
      description: "How long it limps",
      minMs: limits.limpPeriodMinMs,
      maxMs: limits.durationMaxMs,
    }),
    period: duration.withDefault({
      description: "From one suspension to the next",
      minMs: limits.limpPeriodMinMs,
      maxMs: limits.limpPeriodMaxMs,
      default: "200ms",
    }),
    duty: percentage.withDefault({
      description: "Of each period, the share that it is suspended for",
      min: 1,
      max: 99,
      default: "80%",
    }),
  },
  async run(values, context) {
    const { duty: dutyShare, period: periodMs, duration: durationMs } = values;
    checkParts(dutyShare, periodMs, durationMs);
    const plan =
      `limp for ${formatDuration(durationMs)}, suspended for ${percent(dutyShare)} of ` +
      `every ${formatDuration(periodMs)}`;
    return await runFault(
      {
        fault: "limp",
        plan,
        durationMs,
        config: {
          duration_ms: String(durationMs),
          period_ms: String(periodMs),
          duty_share: String(dutyShare),
        },
        inject: (request, options) =>
          injectLimp({ ...request, durationMs, periodMs, dutyShare }, options),
        foresee: ({ process }) => [
          `suspend ${formatProcess(process)} for ${percent(dutyShare)} of every ` +
            `${formatDuration(periodMs)}, and resume it after ${formatDuration(durationMs)}`,
        ],
      },
      values,
      context,
    );
  },
});

function checkParts(dutyShare: number, periodMs: number, durationMs: number): void {
  if (durationMs < periodMs) {
    throw new DfsError(
      "usage",
      `--duration must be at least one --period (${formatDuration(periodMs)}): ` +
        `current value is "${formatDuration(durationMs)}"`,
    );
  }
  const objection = limpObjection(dutyShare, periodMs);
  if (objection === undefined) return;
  const duty = percent(dutyShare).replace(" ", "");
  throw new DfsError(
    "usage",
    `--duty ${duty} of --period ${formatDuration(periodMs)} ${objection}`,
  );
}
