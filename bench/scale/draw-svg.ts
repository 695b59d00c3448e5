import type { Arm } from "./arms.ts";
import type { Second } from "./series.ts";
import type { Scale } from "./simulate.ts";

/** The runs of one case, arm by arm. */
export interface CaseRuns {
  readonly title: string;
  readonly scale: Scale;
  readonly runs: readonly { readonly arm: Arm; readonly seconds: readonly Second[] }[];
}

interface Row {
  readonly title: string;
  readonly value: (second: Second) => number;
  /** Of the axis, given all values drawn in the row. */
  readonly top: (values: readonly number[]) => number;
}

const rows: readonly Row[] = [
  { title: "answers/s", value: ({ goodput }) => goodput, top: roundUp },
  { title: "p99.9, ms", value: ({ p999Ms }) => p999Ms, top: roundUp },
  { title: "attempts/request", value: ({ amplification }) => amplification, top: roundUp },
];

const panel = { width: 200, height: 96, gapX: 18, gapY: 22 } as const;
const margin = { left: 126, top: 74, right: 14, bottom: 34 } as const;

/** Small multiples: a column for each case, a row for each figure, a line for each arm. */
export function drawSvg(cases: readonly CaseRuns[]): string {
  const width = margin.left + cases.length * (panel.width + panel.gapX) + margin.right;
  const height = margin.top + rows.length * (panel.height + panel.gapY) + margin.bottom;
  const panels = rows.flatMap((row, rowIndex) => {
    const all = cases.flatMap(({ runs }) => runs.flatMap(({ seconds }) => seconds.map(row.value)));
    const top = row.top(all);
    const y = margin.top + rowIndex * (panel.height + panel.gapY);
    return [
      rowLabels(row.title, top, y),
      ...cases.map((each, column) => drawPanel(each, { row, top, x: panelX(column), y })),
    ];
  });
  const heads = cases.map(
    ({ title }, column) => `<text class="head" x="${panelX(column)}" y="62">${title}</text>`,
  );
  const axis = cases.map(({ scale }, column) => timeAxis(scale, panelX(column), height));
  const label = "Answers, tail latency and attempts a request while a third of the replicas is out";
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${label}">
<style>
  text { font: 12px system-ui, sans-serif; fill: #59636e }
  .head { font-weight: 600; fill: #1f2328 }
  .end { text-anchor: end } .middle { text-anchor: middle }
  .frame { fill: none; stroke: #d1d9e0 } .fault { fill: #cf222e; opacity: 0.1 }
  polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 } .head { fill: #f0f6fc } .frame { stroke: #3d444d } .fault { opacity: 0.25 }
  }
</style>
${[legend(cases[0]?.runs.map(({ arm }) => arm) ?? []), ...heads, ...panels, ...axis].join("\n")}
</svg>
`;
}

function panelX(column: number): number {
  return margin.left + column * (panel.width + panel.gapX);
}

function legend(arms: readonly Arm[]): string {
  const step = 260;
  return arms
    .map(({ name, color }, index) => {
      const x = margin.left + index * step;
      return `<line x1="${x}" x2="${x + 22}" y1="22" y2="22" stroke="${color}" stroke-width="3"/><text x="${x + 28}" y="26">${name}</text>`;
    })
    .join("\n");
}

function rowLabels(title: string, top: number, y: number): string {
  const x = margin.left - 8;
  return [
    `<text class="end" x="${x}" y="${y + 10}">${top.toLocaleString("en")}</text>`,
    `<text class="head end" x="${x}" y="${y + panel.height / 2 + 4}">${title}</text>`,
    `<text class="end" x="${x}" y="${y + panel.height}">0</text>`,
  ].join("\n");
}

function drawPanel(
  { scale, runs }: CaseRuns,
  { row, top, x, y }: { row: Row; top: number; x: number; y: number },
): string {
  const xOf = (ms: number) => x + (panel.width * ms) / scale.durationMs;
  const yOf = (value: number) => y + panel.height * (1 - Math.min(value, top) / top);
  const { faultFromMs, faultToMs } = scale;
  const faultWidth = xOf(faultToMs) - xOf(faultFromMs);
  const shade = `<rect class="fault" x="${xOf(faultFromMs)}" y="${y}" width="${faultWidth}" height="${panel.height}"/>`;
  const frame = `<rect class="frame" x="${x}" y="${y}" width="${panel.width}" height="${panel.height}"/>`;
  // The first arm is drawn last, on top of the others.
  const lines = runs.toReversed().map(({ arm, seconds }) => {
    const points = seconds.map((second, index) => {
      return `${xOf(index * 1000 + 500).toFixed(1)},${yOf(row.value(second)).toFixed(1)}`;
    });
    return `<polyline stroke="${arm.color}" points="${points.join(" ")}"/>`;
  });
  return [shade, frame, ...lines].join("\n");
}

function timeAxis({ durationMs, faultFromMs, faultToMs }: Scale, x: number, height: number) {
  return [0, faultFromMs, faultToMs, durationMs]
    .map((ms) => {
      const at = x + (panel.width * ms) / durationMs;
      const anchor = ms === 0 ? "" : ms === durationMs ? "end" : "middle";
      return `<text class="${anchor}" x="${at}" y="${height - margin.bottom + 4}">${ms / 1000} s</text>`;
    })
    .join("\n");
}

/** To one digit and a half: 1, 1.5, 2, 2.5, 3, ... times a power of ten. */
function roundUp(values: readonly number[]): number {
  const max = Math.max(1, ...values);
  const half = 10 ** Math.floor(Math.log10(max)) / 2;
  return Math.ceil(max / half) * half;
}
