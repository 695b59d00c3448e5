import type uPlot from "uplot";
import { baseChart, type Surroundings } from "./base-chart.ts";
import { distinctDots } from "./distinct-dots.ts";
import { inPlot } from "./overlay.ts";
import type { Run } from "./read-page.ts";
import { replicaColour, type Theme } from "./theme.ts";
import { lowerBound, type TimeBuckets } from "./time-buckets.ts";
import { spanText } from "./units.ts";

/** Few dots are drawn larger, so that they are seen; many smaller, so that they stay apart. */
function dotPx(dotCount: number): number {
  if (dotCount < 300) return 6;
  return dotCount < 3000 ? 4 : 3;
}

/** Every request as a dot at its end and latency, percentiles of each bucket as lines. */
export class LatencyChart {
  readonly plot: uPlot;
  readonly #run: Run;
  #rangeUs: [number, number];
  #rangeOf: Run["requests"];

  constructor(place: HTMLElement, run: Run, surroundings: Surroundings) {
    this.#run = run;
    this.#rangeUs = latencyRangeUs(run);
    this.#rangeOf = run.requests;
    this.plot = baseChart(
      {
        place,
        heightPx: 300,
        series: (theme) => [
          { stroke: () => theme().ink, width: 1.5, points: { show: false } },
          { stroke: () => theme().ink, width: 1.5, dash: [5, 4], points: { show: false } },
        ],
        yScale: { distr: 3, range: () => this.#rangeUs },
        yAxis: {
          splits: (_, _axis, min, max) => decades(min, max),
          filter: (_, splits) => splits,
          values: (_, splits) => splits.map(decadeText),
        },
        drawUnder: (plot, theme) => this.#drawOk(plot, theme),
        drawOver: (plot, theme) => inPlot(plot, () => this.#drawBad(plot, theme)),
      },
      surroundings,
    );
  }

  show({ fromUs, widthUs, count, p50Us, p99Us }: TimeBuckets): void {
    if (this.#rangeOf !== this.#run.requests) {
      this.#rangeUs = latencyRangeUs(this.#run);
      this.#rangeOf = this.#run.requests;
    }
    const middles = Float64Array.from({ length: count }, (_, at) => fromUs + (at + 0.5) * widthUs);
    const line = (values: Float64Array) =>
      Array.from(values, (us) => (Number.isNaN(us) ? null : Math.max(1, us)));
    this.plot.setData([middles, line(p50Us), line(p99Us)]);
  }

  /** Row of the dot nearest to a place in the plot, in CSS pixels; -1 when none is near. */
  nearest(left: number, top: number): number {
    const { endedUs, latencyUs } = this.#run.requests;
    const reachPx = 12;
    const from = lowerBound(endedUs, this.plot.posToVal(left - reachPx, "x"));
    const to = lowerBound(endedUs, this.plot.posToVal(left + reachPx, "x"));
    let best = -1;
    let bestDistance = reachPx ** 2;
    for (let row = from; row < to; row++) {
      const dx = this.plot.valToPos(endedUs[row] ?? 0, "x") - left;
      const dy = this.plot.valToPos(Math.max(1, latencyUs[row] ?? 0), "y") - top;
      if (dx * dx + dy * dy >= bestDistance) continue;
      bestDistance = dx * dx + dy * dy;
      best = row;
    }
    return best;
  }

  #drawOk(plot: uPlot, theme: Theme): void {
    const { ctx } = plot;
    const { outcome, endpointPlus1 } = this.#run.requests;
    const scale = devicePixelRatio;
    ctx.globalAlpha = 0.6;
    const { rows, xOf, yOf } = this.#dots(plot, {
      cell: 1.5 * scale,
      isWanted: (row) => outcome[row] === 0,
    });
    const size = dotPx(rows.length) * scale;
    for (const row of rows) {
      if (outcome[row] !== 0) continue;
      ctx.fillStyle = replicaColour(theme, Math.max(0, (endpointPlus1[row] ?? 1) - 1));
      ctx.fillRect(xOf(row) - size / 2, yOf(row) - size / 2, size, size);
    }
  }

  /** Crosses for requests that did not end ok, hollow triangles for attempts that failed. */
  #drawBad(plot: uPlot, theme: Theme): void {
    const { ctx } = plot;
    const { outcome } = this.#run.requests;
    const scale = devicePixelRatio;
    ctx.strokeStyle = theme.bad;
    // uPlot leaves the dashes of its last line set.
    ctx.setLineDash([]);
    ctx.lineWidth = 1.25 * scale;
    ctx.beginPath();
    const arm = 3.2 * scale;
    for (const { x, y } of this.#failedAttempts(plot)) {
      ctx.moveTo(x, y - arm);
      ctx.lineTo(x + arm, y + arm * 0.8);
      ctx.lineTo(x - arm, y + arm * 0.8);
      ctx.closePath();
    }
    ctx.stroke();
    ctx.lineWidth = 2 * scale;
    ctx.beginPath();
    const { rows, xOf, yOf } = this.#dots(plot, {
      cell: 2 * scale,
      isWanted: (row) => outcome[row] !== 0,
    });
    for (const row of rows) {
      if (outcome[row] === 0) continue;
      const x = xOf(row);
      const y = yOf(row);
      ctx.moveTo(x - arm, y - arm);
      ctx.lineTo(x + arm, y + arm);
      ctx.moveTo(x - arm, y + arm);
      ctx.lineTo(x + arm, y - arm);
    }
    ctx.stroke();
  }

  #dots(
    plot: uPlot,
    { cell, isWanted }: { readonly cell: number; readonly isWanted: (row: number) => boolean },
  ) {
    const { endedUs, latencyUs } = this.#run.requests;
    const { bbox } = plot;
    const place = placing(plot);
    const xOf = (row: number) => place.x(endedUs[row] ?? 0);
    const yOf = (row: number) => place.y(latencyUs[row] ?? 0);
    const rows = distinctDots({
      from: lowerBound(endedUs, plot.scales["x"]?.min ?? 0),
      to: lowerBound(endedUs, (plot.scales["x"]?.max ?? 0) + 1),
      columnCount: Math.ceil(bbox.width / cell) + 1,
      rowCount: Math.ceil(bbox.height / cell) + 1,
      xOf: (row) => (xOf(row) - bbox.left) / cell,
      yOf: (row) => (yOf(row) - bbox.top) / cell,
      kindOf: (row) => (isWanted(row) ? 0 : 1),
      kindCount: 2,
    });
    return { rows, xOf, yOf };
  }

  #failedAttempts(plot: uPlot): { x: number; y: number }[] {
    const { endedUs, serviceUs, isLate } = this.#run.attempts;
    const { bbox } = plot;
    const place = placing(plot);
    const cell = 2 * devicePixelRatio;
    const rows = distinctDots({
      from: lowerBound(endedUs, plot.scales["x"]?.min ?? 0),
      to: lowerBound(endedUs, (plot.scales["x"]?.max ?? 0) + 1),
      columnCount: Math.ceil(bbox.width / cell) + 1,
      rowCount: Math.ceil(bbox.height / cell) + 1,
      xOf: (row) => (place.x(endedUs[row] ?? 0) - bbox.left) / cell,
      yOf: (row) => (place.y(serviceUs[row] ?? 0) - bbox.top) / cell,
      kindOf: (row) => isLate[row] ?? 0,
      kindCount: 2,
    });
    return Array.from(rows)
      .filter((row) => isLate[row] === 0)
      .map((row) => ({ x: place.x(endedUs[row] ?? 0), y: place.y(serviceUs[row] ?? 0) }));
  }
}

/** uPlot's valToPos, in canvas pixels, for a million rows at a time. */
function placing({ bbox, scales }: uPlot) {
  const { min: fromUs = 0, max: toUs = 1 } = scales["x"] ?? {};
  const { min: leastUs = 1, max: mostUs = 10 } = scales["y"] ?? {};
  const perUs = bbox.width / (toUs - fromUs);
  const least = Math.log(leastUs);
  const perLog = bbox.height / (Math.log(mostUs) - least);
  return {
    x: (us: number) => bbox.left + (us - fromUs) * perUs,
    y: (us: number) => bbox.top + bbox.height - (Math.log(Math.max(1, us)) - least) * perLog,
  };
}

/** From a little below the least to a little above the most, whatever is shown. */
function latencyRangeUs({ requests, attempts }: Run): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = 1;
  for (const us of requests.latencyUs) {
    if (us < least) least = us;
    if (us > most) most = us;
  }
  for (const [row, us] of attempts.serviceUs.entries()) {
    if (attempts.isLate[row] !== 0) continue;
    if (us < least) least = us;
    if (us > most) most = us;
  }
  const low = Math.max(1, Math.min(least, most) / 1.5);
  return [low, Math.max(most * 1.5, low * 10)];
}

function decades(min: number, max: number): number[] {
  const first = Math.ceil(Math.log10(min) - 1e-9);
  const count = Math.floor(Math.log10(max) + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => 10 ** (first + index));
}

function decadeText(us: number): string {
  return spanText(us).replace(/\.0+(?=[a-zµ])/, "");
}
