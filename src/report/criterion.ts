import type { Criterion } from "./run-report.ts";

/** A criterion, and the figure that it is about. */
export interface JudgedRequirement {
  readonly figure: string;
  readonly criterion: Criterion;
}

export const noFooter = "the load left no footer: it was killed, or it still runs";

/** Met, unless there is a reason why it is not (`no`), or why that is not known. */
export function criterion(
  facts: Pick<Criterion, "name" | "required" | "actual">,
  finding: { no?: string | false; unknown?: string | false },
): Criterion {
  if (finding.no) return { ...facts, met: "no", why: finding.no };
  if (finding.unknown) return { ...facts, met: "unknown", why: finding.unknown };
  return { ...facts, met: "yes", why: "" };
}
