import type uPlot from "uplot";
import { baseChart, type Surroundings } from "./base-chart.ts";
import { drawGaps } from "./gap-marks.ts";
import { inPlot } from "./overlay.ts";
import { portText } from "./port-text.ts";
import type { Theme } from "./theme.ts";

const rowPx = 30;

/** A band per replica: what the client held it for, by colour, pattern and word. */
export function stateChart(place: HTMLElement, surroundings: Surroundings): uPlot {
  const { facts } = surroundings;
  const count = Math.max(1, facts.endpoints.length);
  const middles = Array.from({ length: count }, (_, index) => index + 0.5);
  return baseChart(
    {
      place,
      heightPx: count * rowPx + 56,
      series: () => [{ points: { show: false } }],
      // The first replica on top.
      yScale: { range: () => [0, count], dir: -1 },
      yAxis: {
        splits: () => middles,
        values: () => facts.endpoints.map(portText),
        grid: { show: false },
      },
      letters: true,
      drawUnder: (plot, theme) => {
        for (const { endpoint, state, fromUs, toUs } of facts.states) {
          const left = Math.max(plot.bbox.left, plot.valToPos(fromUs, "x", true));
          const right = Math.min(plot.bbox.left + plot.bbox.width, plot.valToPos(toUs, "x", true));
          if (right < left) continue;
          const top = plot.valToPos(endpoint, "y", true);
          const height = plot.valToPos(endpoint + 1, "y", true) - top;
          const inset = height * 0.14;
          const box = { left, top: top + inset, height: height - 2 * inset };
          drawState(plot.ctx, { ...box, width: Math.max(1.5, right - left) }, state, theme);
        }
      },
      drawOver: (plot, theme) => inPlot(plot, () => drawGaps(plot, facts, theme)),
    },
    surroundings,
  );
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function drawState(ctx: CanvasRenderingContext2D, box: Box, state: string, theme: Theme): void {
  const { left, top, width, height } = box;
  const scale = devicePixelRatio;
  ctx.fillStyle = theme.states[state] ?? theme.quiet;
  ctx.fillRect(left, top, width, height);
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  drawPattern(ctx, box, state, theme);
  ctx.font = `600 ${11 * scale}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const text = ctx.measureText(state).width;
  if (text + 12 * scale < width) {
    ctx.fillStyle = theme.states[state] ?? theme.quiet;
    ctx.fillRect(left + 3 * scale, top, text + 8 * scale, height);
    ctx.fillStyle = theme.ink;
    ctx.fillText(state, left + 7 * scale, top + height / 2 + scale);
  }
  ctx.restore();
}

/** Stripes that rise for suspect, fall for down, stand for probing; none for healthy. */
function drawPattern(ctx: CanvasRenderingContext2D, box: Box, state: string, theme: Theme): void {
  const slope = { suspect: 1, down: -1, probing: 0 }[state];
  if (slope === undefined) return;
  const { left, top, width, height } = box;
  const step = 7 * devicePixelRatio;
  ctx.strokeStyle = theme.ink;
  ctx.globalAlpha = 0.28;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  for (let x = left - height; x < left + width + height; x += step) {
    ctx.moveTo(x, top + (slope > 0 ? height : 0));
    ctx.lineTo(x + Math.abs(slope) * height, top + (slope > 0 ? 0 : height));
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}
