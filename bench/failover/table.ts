import type { Figures } from "./figures.ts";
import type { Check, Row } from "./requirements.ts";
import type { Scenario } from "./scenarios.ts";

type Cell = string;

interface Column {
  readonly head: string;
  readonly cell: (figures: Figures) => Cell;
}

const columns: readonly Column[] = [
  { head: "lost", cell: ({ lost, requests }) => `${lost} of ${requests}` },
  { head: "wrong", cell: ({ wrong }) => String(wrong) },
  { head: "> 50 ms", cell: ({ slow }) => String(slow) },
  { head: "worst ms", cell: ({ worstMs }) => ms(worstMs) },
  { head: "p99.9 ms", cell: ({ p999Ms }) => ms(p999Ms) },
  { head: "restarted back ms", cell: ({ restartedBackMs }) => ms(restartedBackMs) },
  { head: "resumed back ms", cell: ({ resumedBackMs }) => ms(resumedBackMs) },
  { head: "duplicates", cell: ({ duplicates }) => String(duplicates) },
  { head: "extra attempts", cell: ({ extraAttempts }) => whole(extraAttempts) },
];

const windowColumns: readonly Column[] = [
  { head: "extra exec. %", cell: ({ windowExtraPercent }) => ms(windowExtraPercent) },
  { head: "> 50 ms in window", cell: ({ windowSlow }) => whole(windowSlow) },
  { head: "worst in window ms", cell: ({ windowWorstMs }) => ms(windowWorstMs) },
];

/** A quiet machine has none; a few come and go. */
const undisturbedSlowMaxShare = 0.005;

/** One line per client, its undisturbed run under it. */
export function figuresTable(scenario: Scenario, rows: readonly Row[]): string {
  const shown = scenario.windowMs === undefined ? columns : [...columns, ...windowColumns];
  const heads = ["client", ...shown.map(({ head }) => head)];
  const lines = rows.flatMap((row) => [
    [row.title, ...shown.map(({ cell }) => cell(row.figures))],
    ...(row.undisturbed === undefined ? [] : [undisturbedLine(shown, row.undisturbed)]),
  ]);
  return layOut([heads, ...lines]);
}

function undisturbedLine(shown: readonly Column[], figures: Figures): Cell[] {
  return ["  undisturbed", ...shown.map(({ cell }) => cell(figures))];
}

/** Rows that say more about the machine than about the client; their runs should be repeated. */
export function noiseNotes(rows: readonly Row[]): string[] {
  return rows.flatMap(({ title, undisturbed }) => {
    if (undisturbed === undefined) return [];
    const { slow, lost, requests } = undisturbed;
    const isNoisy = slow + lost > requests * undisturbedSlowMaxShare;
    return isNoisy
      ? [`NOISY: ${title}: ${slow} slow and ${lost} lost requests even without any fault`]
      : [];
  });
}

/** Every client beside dfs: how many times as much. */
export function ratioTable(own: Row, rows: readonly Row[]): string {
  const ratio = (pick: (figures: Figures) => number | undefined) => (row: Row) => {
    const [theirs, ours] = [pick(row.figures), pick(own.figures)];
    if (theirs === undefined || ours === undefined) return "-";
    if (theirs === ours) return "1 x";
    if (ours === 0) return `${whole(theirs)} : 0`;
    if (!Number.isFinite(theirs)) return "never";
    return `${Number((theirs / ours).toPrecision(2))} x`;
  };
  const shown = [
    { head: "lost", cell: ratio(({ lost }) => lost) },
    { head: "> 50 ms", cell: ratio(({ slow }) => slow) },
    { head: "worst", cell: ratio(({ worstMs }) => worstMs) },
    { head: "p99.9", cell: ratio(({ p999Ms }) => p999Ms) },
    { head: "restarted back", cell: ratio(({ restartedBackMs }) => restartedBackMs) },
    { head: "resumed back", cell: ratio(({ resumedBackMs }) => resumedBackMs) },
    { head: "duplicates", cell: ratio(({ duplicates }) => duplicates) },
  ];
  const others = rows.filter((row) => row !== own);
  return layOut([
    [`beside ${own.title}`, ...shown.map(({ head }) => head)],
    ...others.map((row) => [row.title, ...shown.map(({ cell }) => cell(row))]),
  ]);
}

export function checksTable(row: Row, checks: readonly Check[]): string {
  return layOut([
    [row.title, "required", "measured", ""],
    ...checks.map(({ what, required, measured, isMet }) => [
      ...[what, required, measured, isMet ? "PASS" : "FAIL"],
    ]),
  ]);
}

function ms(value: number | undefined): Cell {
  if (value === undefined) return "-";
  if (!Number.isFinite(value)) return "never";
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function whole(value: number | undefined): Cell {
  return value === undefined ? "-" : String(value);
}

function layOut(lines: readonly (readonly Cell[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const pad = (cell: Cell, column: number) => {
    const width = widths[column] ?? 0;
    return column === 0 ? cell.padEnd(width) : cell.padStart(width);
  };
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}
