import { formatDuration } from "../../base/duration.ts";
import { localTimeOfDay } from "../../base/local-time.ts";
import { type PlannedFault, randomKinds } from "../../fault/random-plan.ts";
import type { RandomResult } from "../../fault/random-request.ts";
import type { RandomStep } from "../../fault/random-step.ts";
import type { SkipReason } from "../../fault/untouched.ts";
import { type TextOptions, tableLines } from "../../report/text-layout.ts";

/** `stall of port 50052 for 2.5s`. */
export function plannedText({ kind, port, lengthMs }: PlannedFault): string {
  return `${kind} of port ${port}${lengthMs === undefined ? "" : ` for ${formatDuration(lengthMs)}`}`;
}

/** A heading and a line a fault; times from the start. */
export function planTable(plan: readonly PlannedFault[], options: TextOptions): readonly string[] {
  const rows = plan.map(({ number, offsetMs, kind, port, lengthMs }) => [
    ...[String(number), `${(offsetMs / 1000).toFixed(3)}s`, kind, String(port)],
    lengthMs === undefined ? "" : `${(lengthMs / 1000).toFixed(3)}s`,
  ]);
  const head = ["no", "after", "fault", "port", "for"];
  return tableLines({ head, rows, right: [0, 1, 3, 4] }, options);
}

/** What became of one of `count` planned faults. */
export function stepLine(step: RandomStep, count: number): string {
  const { fault, tUs } = step;
  const what = `${fault.number} of ${count}, ${plannedText(fault)}`;
  const time = `[${localTimeOfDay(tUs)}]`;
  if (step.kind === "skipped") return `${time} SKIPPED: ${what}, as ${step.why}`;
  if (step.kind === "failed") return `Fault ${what}, failed: ${step.message}`;
  const { untouched, keepHealthy } = step;
  const left = untouched.length === 0 ? "no port is" : `only ${untouched.join(", ")} is`;
  const why = `${left} untouched by others' doing, and ${keepHealthy} must be (--keep-healthy)`;
  return `${time} CUT SHORT: ${what}, as ${why}`;
}

const skipTexts: Readonly<Record<SkipReason, string>> = {
  "keep-healthy": "to keep enough untouched",
  "under-fault": "under another",
  down: "down",
  settling: "just back",
};

/** `20 faults planned: 5 crash, 9 stall, 0 limp, 6 skipped (4 just back, 2 down)`. */
export function totalsText(result: RandomResult, plan: readonly PlannedFault[]): string {
  const { done, skipped, cutShort, failed } = result;
  const begun = done.length + skipped.length + cutShort.length + failed.length;
  const reasons = (Object.keys(skipTexts) as SkipReason[]).flatMap((reason) => {
    const count = skipped.filter((skip) => skip.reason === reason).length;
    return count === 0 ? [] : [`${count} ${skipTexts[reason]}`];
  });
  const parts = [
    ...kindsIn(plan).map((kind) => `${done.filter((fault) => fault.kind === kind).length} ${kind}`),
    `${skipped.length} skipped${reasons.length === 0 ? "" : ` (${reasons.join(", ")})`}`,
    ...(cutShort.length === 0 ? [] : [`${cutShort.length} cut short`]),
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
    ...(begun === plan.length ? [] : [`${plan.length - begun} not begun`]),
  ];
  return `${plan.length} faults planned: ${parts.join(", ")}`;
}

/** The kinds that occur, in the order in which help lists them. */
function kindsIn(plan: readonly PlannedFault[]): readonly string[] {
  return Object.keys(randomKinds).filter((kind) => plan.some((fault) => fault.kind === kind));
}
