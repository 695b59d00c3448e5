import uPlot from "uplot";
import { baseChart, type Surroundings } from "./base-chart.ts";
import { labelFaults } from "./overlay.ts";
import { replicaColour, type Theme } from "./theme.ts";
import type { TimeBuckets } from "./time-buckets.ts";

/** Requests that ended per second: ok stacked by replica, what was lost on top. */
export class ThroughputChart {
  readonly plot: uPlot;

  constructor(place: HTMLElement, surroundings: Surroundings) {
    const { facts } = surroundings;
    this.plot = baseChart(
      {
        place,
        heightPx: 220,
        series: (theme) => stackedSeries(facts.endpoints.length, theme),
        yScale: { range: (_, _min, max) => [0, Math.max(1, (max ?? 1) * 1.08)] },
        yAxis: { values: (_, splits) => splits.map((value) => String(Number(value.toFixed(2)))) },
        drawOver: (plot, theme) => labelFaults(plot, facts, theme),
      },
      surroundings,
    );
  }

  /** Each series is drawn over the one before: the highest sum first, the first replica last. */
  show(buckets: TimeBuckets): void {
    const { fromUs, widthUs, count, ok, notOk } = buckets;
    const perSecond = 1e6 / widthUs;
    // One instant more than there are buckets, so that the last is as wide as the others.
    const times = Float64Array.from({ length: count + 1 }, (_, index) => fromUs + index * widthUs);
    const sums: Float64Array[] = [];
    const sum = new Float64Array(count + 1);
    for (const each of [...ok, notOk]) {
      for (let bucket = 0; bucket <= count; bucket++) {
        sum[bucket] = (sum[bucket] ?? 0) + (each[Math.min(bucket, count - 1)] ?? 0) * perSecond;
      }
      sums.push(sum.slice());
    }
    this.plot.setData([times, ...sums.reverse()]);
  }
}

function stackedSeries(endpointCount: number, theme: () => Theme): uPlot.Series[] {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  const layer = (colour: () => string): uPlot.Series => ({
    ...(paths === undefined ? {} : { paths }),
    stroke: colour,
    fill: colour,
    width: 0,
    points: { show: false },
  });
  const replicas = Array.from({ length: endpointCount }, (_, endpoint) =>
    layer(() => replicaColour(theme(), endpoint)),
  );
  return [layer(() => theme().bad), ...replicas.reverse()];
}
