import type uPlot from "uplot";
import type { PageFacts } from "../page-shape.ts";
import { portText } from "./port-text.ts";
import type { Theme } from "./theme.ts";

/** Shades faults and outages below what a chart draws. */
export function shadeFaults(plot: uPlot, { faults, outages }: PageFacts, theme: Theme): void {
  const { ctx } = plot;
  inPlot(plot, () => {
    ctx.fillStyle = theme.outage;
    for (const { fromUs, toUs } of outages) fillSpan(plot, fromUs, toUs);
    ctx.fillStyle = theme.fault;
    for (const { fromUs, toUs } of faults) fillSpan(plot, fromUs, toUs);
  });
}

/** A strip at the top edge for each fault, since what a chart draws may hide the shading. */
export function stripFaults(plot: uPlot, { faults }: PageFacts, theme: Theme): void {
  const { ctx } = plot;
  inPlot(plot, () => {
    ctx.fillStyle = theme.bad;
    for (const { fromUs, toUs } of faults) fillSpan(plot, fromUs, toUs, 3 * devicePixelRatio);
  });
}

/** Writes at the top of a chart which fault hit whom, as far as there is room. */
export function labelFaults(plot: uPlot, facts: PageFacts, theme: Theme): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const known = facts.faults.map(({ fault, ...rest }) => ({ ...rest, cause: fault }));
  const unknown = facts.outages.filter(({ cause }) => cause === "unknown");
  let free = Number.NEGATIVE_INFINITY;
  ctx.save();
  ctx.font = `600 ${11 * scale}px system-ui, sans-serif`;
  ctx.textBaseline = "top";
  ctx.textAlign = "left";
  for (const { cause, endpoint, fromUs } of [...known, ...unknown].sort(
    (a, b) => a.fromUs - b.fromUs,
  )) {
    const at = plot.valToPos(fromUs, "x", true);
    if (at < bbox.left - 1 || at > bbox.left + bbox.width) continue;
    const text = `${cause === "unknown" ? "outage" : cause} ${portText(facts.endpoints[endpoint] ?? "")}`;
    const width = ctx.measureText(text).width;
    const left = Math.min(at + 4 * scale, bbox.left + bbox.width - width);
    if (left < free) continue;
    free = left + width + 10 * scale;
    ctx.fillStyle = theme.bad;
    ctx.fillText(text, left, bbox.top - 16 * scale);
  }
  ctx.restore();
}

export const marks = { detectionUs: "D", failoverUs: "F", rejoinUs: "R" } as const;

/** Marks detection, failover and rejoin: a dashed line each, with its letter where `letters`. */
export function markOutages(
  plot: uPlot,
  { outages }: PageFacts,
  { theme, letters }: { readonly theme: Theme; readonly letters: boolean },
): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  let free = Number.NEGATIVE_INFINITY;
  const points = outages
    .flatMap((outage) =>
      (["detectionUs", "failoverUs", "rejoinUs"] as const).flatMap((key) => {
        const tUs = outage[key];
        return tUs === null ? [] : [{ tUs, letter: marks[key] }];
      }),
    )
    .sort((a, b) => a.tUs - b.tUs);
  ctx.save();
  ctx.lineWidth = scale;
  ctx.setLineDash([3 * scale, 3 * scale]);
  ctx.font = `600 ${10 * scale}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (const { tUs, letter } of points) {
    const at = Math.round(plot.valToPos(tUs, "x", true));
    if (at < bbox.left - 1 || at > bbox.left + bbox.width + 1) continue;
    ctx.strokeStyle = theme.quiet;
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    if (!letters) continue;
    const x = Math.max(at, free);
    free = x + 15 * scale;
    ctx.fillStyle = theme.ink;
    ctx.beginPath();
    ctx.arc(x, bbox.top - 9 * scale, 7 * scale, 0, 2 * Math.PI);
    ctx.fill();
    ctx.fillStyle = theme.surface;
    ctx.fillText(letter, x, bbox.top - 8.5 * scale);
  }
  ctx.restore();
}

/** Draws with everything outside of the plotting area cut off. */
export function inPlot({ ctx, bbox }: uPlot, draw: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw();
  ctx.restore();
}

/** An instant is two pixels wide, so that it is seen at all. */
function fillSpan(plot: uPlot, fromUs: number, toUs: number, height = plot.bbox.height): void {
  const { ctx, bbox } = plot;
  const left = plot.valToPos(fromUs, "x", true);
  const width = Math.max(2 * devicePixelRatio, plot.valToPos(toUs, "x", true) - left);
  if (left > bbox.left + bbox.width || left + width < bbox.left) return;
  ctx.fillRect(left, bbox.top, width, height);
}
