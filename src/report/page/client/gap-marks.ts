import type uPlot from "uplot";
import type { PageFacts } from "../page-shape.ts";
import type { Theme } from "./theme.ts";

/** A line from the replica at which a stream stood still to the one at which it went on. */
export function drawGaps(plot: uPlot, { gaps }: PageFacts, theme: Theme): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const middleOf = (replica: number) => plot.valToPos(replica + 0.5, "y", true);
  ctx.save();
  for (const { fromUs, toUs, from, to } of gaps) {
    if (from < 0 || to < 0) continue;
    const left = plot.valToPos(fromUs, "x", true);
    const right = plot.valToPos(toUs, "x", true);
    if (right < bbox.left || left > bbox.left + bbox.width) continue;
    // Light around dark, so that it is seen on every colour of state.
    for (const [colour, width] of [
      [theme.surface, 5],
      [theme.ink, 2],
    ] as const) {
      ctx.strokeStyle = colour;
      ctx.fillStyle = colour;
      ctx.lineWidth = width * scale;
      ctx.beginPath();
      ctx.moveTo(left, middleOf(from));
      ctx.lineTo(right, middleOf(to));
      ctx.stroke();
      dot(ctx, left, middleOf(from), (width / 2 + 1.5) * scale);
      dot(ctx, right, middleOf(to), (width / 2 + 3) * scale);
    }
  }
  ctx.restore();
}

function dot(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fill();
}
