import { printable } from "../base/printable.ts";
import { figureCatalog } from "./figure-catalog.ts";
import type { Criterion, Report, RunReport } from "./run-report.ts";

/**
 * The verdict for continuous integration: a suite per run, a case per criterion, and the figures as
 * properties. What is not met or not known is a failure, with why.
 */
export function renderJunit(report: Report): string {
  const suites = report.reports.toReversed();
  const criteria = suites.flatMap(({ verdict }) => verdict.criteria);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dfs" ${totals(criteria)}>`,
    ...suites.flatMap(suite),
    "</testsuites>",
  ].join("\n");
}

function suite(run: RunReport): readonly string[] {
  const { verdict, duration } = run;
  const name = `run ${run.run.run}`;
  return [
    `  <testsuite ${attributes({
      name,
      timestamp: run.run.started.replace(" ", "T"),
      time: (duration.heldMs / 1000).toFixed(3),
      ...(run.run.host === null ? {} : { hostname: run.run.host }),
    })} ${totals(verdict.criteria)}>`,
    "    <properties>",
    ...propertiesOf(run).map(
      ([key, value]) => `      <property ${attributes({ name: key, value })}/>`,
    ),
    "    </properties>",
    ...verdict.criteria.flatMap((criterion) => testCase(criterion, name)),
    "  </testsuite>",
  ];
}

function testCase({ name, required, actual, met, why }: Criterion, suiteName: string) {
  const head = `    <testcase ${attributes({ name, classname: suiteName })}`;
  if (met === "yes") return [`${head}/>`];
  const type = met === "no" ? "not met" : "not known";
  const text = escaped(`required: ${required}\nactual: ${actual}\n${why}`);
  return [
    `${head}>`,
    `      <failure ${attributes({ message: why, type })}>${text}</failure>`,
    "    </testcase>",
  ];
}

/** Figures in the units of the JSON: shares in 0..1, spans in milliseconds. */
function propertiesOf(run: RunReport): readonly (readonly [string, string])[] {
  return [
    ["verdict", run.verdict.result],
    ...run.verdict.reasons.map((reason) => ["reason", reason] as const),
    ...figureCatalog.flatMap(({ name, unit, read }) => {
      const value = read(run);
      if (typeof value === "object") return [];
      const key = unit === "duration" ? `${name}_ms` : name;
      return [[key, Number.isFinite(value) ? String(value) : "never"] as const];
    }),
    ...Object.entries(run.run.config).map(([key, value]) => [`config.${key}`, value] as const),
  ];
}

function totals(criteria: readonly Criterion[]): string {
  const failures = criteria.filter(({ met }) => met !== "yes").length;
  return `tests="${criteria.length}" failures="${failures}" errors="0" skipped="0"`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}="${escaped(value)}"`)
    .join(" ");
}

/** What a ledger holds may be no XML at all: neither its control characters nor its surrogates. */
function escaped(text: string): string {
  return text
    .split("\n")
    .map(printable)
    .join("\n")
    .toWellFormed()
    .replaceAll(/[\uFFFE\uFFFF]/g, "\uFFFD")
    .replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
