import uPlot from "uplot";
import type { PageFlow } from "../page-shape.ts";
import { baseChart, type Surroundings } from "./base-chart.ts";

/** What all streams brought, a second. */
export class FlowChart {
  readonly plot: uPlot;
  readonly #flows: readonly PageFlow[];

  constructor(place: HTMLElement, surroundings: Surroundings) {
    this.#flows = surroundings.facts.flows;
    const paths = uPlot.paths.stepped?.({ align: 1 });
    this.plot = baseChart(
      {
        place,
        heightPx: 150,
        series: (theme) => [
          {
            ...(paths === undefined ? {} : { paths }),
            stroke: () => theme().accent,
            fill: () => `${theme().accent}40`,
            width: 1.5,
            points: { show: false },
          },
        ],
        yScale: { range: (_, _min, max) => [0, Math.max(1, (max ?? 1) * 1.08)] },
        yAxis: { values: (_, splits) => splits.map(countText) },
      },
      surroundings,
    );
  }

  /** All of it: what of it is seen is a matter of the axis. */
  show(): void {
    const last = this.#flows.at(-1);
    const rate = ({ fromUs, toUs, items }: PageFlow) =>
      items / Math.max(1e-6, (toUs - fromUs) / 1e6);
    const ends = last === undefined ? [] : [last];
    this.plot.setData([
      [...this.#flows.map(({ fromUs }) => fromUs), ...ends.map(({ toUs }) => toUs)],
      [...this.#flows.map(rate), ...ends.map(rate)],
    ]);
  }
}

/** `12.5 M`: the axis has room for no more. */
function countText(value: number): string {
  for (const [size, unit] of [
    [1e9, " G"],
    [1e6, " M"],
    [1e3, " k"],
  ] as const) {
    if (value >= size) return `${Number((value / size).toFixed(2))}${unit}`;
  }
  return String(Number(value.toFixed(2)));
}
