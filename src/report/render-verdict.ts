import type { Criterion, RunReport, Verdict } from "./run-report.ts";
import { type TextOptions, type Tone, tableLines, tinted, wrapped } from "./text-layout.ts";

const marks: Readonly<Record<Criterion["met"], string>> = { yes: "✓", no: "✗", unknown: "?" };

const words: Readonly<Record<Verdict["result"], { word: string; tone: Tone }>> = {
  verified: { word: "VERIFIED", tone: "good" },
  "not-verified": { word: "NOT VERIFIED", tone: "bad" },
  inconclusive: { word: "INCONCLUSIVE", tone: "doubtful" },
};

/** The criteria, one a line, then the verdict and why. */
export function verdictLines({ verdict, run }: RunReport, options: TextOptions): readonly string[] {
  const rows = verdict.criteria.map(({ met, name, required, actual }) => [
    `${marks[met]} ${name}`,
    required,
    actual,
  ]);
  const { word, tone } = words[verdict.result];
  const why = verdict.reasons.length === 0 ? "every criterion is met" : verdict.reasons.join("; ");
  return [
    tinted("Criteria", "title", options),
    ...tableLines({ head: ["criterion", "required", "actual"], rows, right: [] }, options),
    "",
    ...wrapped(`${word} (run ${run.run}): ${why}`, options, "").map((line) =>
      tinted(line, tone, options),
    ),
  ];
}
