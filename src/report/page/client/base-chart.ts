import uPlot from "uplot";
import type { PageFacts } from "../page-shape.ts";
import { inPlot, markOutages, shadeFaults, stripFaults } from "./overlay.ts";
import { readTheme, type Theme } from "./theme.ts";
import type { TimeView } from "./time-view.ts";
import { sinceText } from "./units.ts";

/** What makes one chart differ from the others on the same axis of time. */
export interface ChartSpec {
  readonly place: HTMLElement;
  readonly heightPx: number;
  readonly series: (theme: () => Theme) => uPlot.Series[];
  readonly yScale: uPlot.Scale;
  readonly yAxis: uPlot.Axis;
  /** Above the shading, below the series. */
  readonly drawUnder?: (plot: uPlot, theme: Theme) => void;
  readonly drawOver?: (plot: uPlot, theme: Theme) => void;
  readonly letters?: boolean;
}

export interface Surroundings {
  readonly facts: PageFacts;
  readonly view: TimeView;
  readonly onCursor: (plot: uPlot) => void;
  /** Aborted: the chart is wanted no more. */
  readonly signal: AbortSignal;
}

const leftAxisPx = 64;
const syncKey = "time";

/** A chart that zooms by dragging and shares time and cursor with its neighbours. */
export function baseChart(spec: ChartSpec, surroundings: Surroundings): uPlot {
  const { facts, view, onCursor, signal } = surroundings;
  let theme = readTheme();
  const current = () => theme;
  const plot = new uPlot(
    {
      width: widthOf(spec.place),
      height: spec.heightPx,
      padding: [22, 14, 0, 0],
      legend: { show: false },
      series: [{}, ...spec.series(current)],
      scales: {
        x: { time: false, range: () => [view.shown.fromUs, view.shown.toUs] },
        y: spec.yScale,
      },
      axes: [timeAxis(current), { ...axisLook(current), size: leftAxisPx, ...spec.yAxis }],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        bind: { dblclick: () => resetOn(view) },
        sync: { key: syncKey, scales: ["x", null], filters: { pub: isMove } },
      },
      hooks: {
        drawAxes: [
          (self) => {
            shadeFaults(self, facts, theme);
            inPlot(self, () => spec.drawUnder?.(self, theme));
          },
        ],
        draw: [
          (self) => {
            stripFaults(self, facts, theme);
            markOutages(self, facts, { theme, letters: spec.letters === true });
            spec.drawOver?.(self, theme);
          },
        ],
        setCursor: [onCursor],
        setSelect: [(self) => showSelected(self, view)],
      },
    },
    [[0], ...spec.series(current).map(() => [null])] as uPlot.AlignedData,
    spec.place,
  );
  const resized = new ResizeObserver(() => {
    const width = widthOf(spec.place);
    if (width !== plot.width) plot.setSize({ width, height: spec.heightPx });
  });
  resized.observe(spec.place);
  const recolour = () => {
    theme = readTheme();
    plot.redraw();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour, { signal });
  matchMedia("print").addEventListener("change", recolour, { signal });
  signal.addEventListener("abort", () => {
    resized.disconnect();
    plot.destroy();
  });
  return plot;
}

function widthOf(place: HTMLElement): number {
  return Math.max(240, place.clientWidth);
}

/** Who drags sees it in the chart under the pointer; the others follow when it is done. */
function isMove(type: string): boolean {
  return type === "mousemove" || type === "mouseleave";
}

function resetOn(view: TimeView): uPlot.Cursor.MouseListener {
  return () => {
    view.reset();
    return null;
  };
}

function showSelected(plot: uPlot, view: TimeView): void {
  const { left, width } = plot.select;
  if (width < 3) return;
  const fromUs = plot.posToVal(left, "x");
  const toUs = plot.posToVal(left + width, "x");
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  view.show({ fromUs, toUs });
}

/** Steps that people count in: 1, 2 or 5 of a power of ten up to 10 s, then parts of hours. */
const timeSteps = [
  ...Array.from({ length: 8 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat(),
  ...[30, 60, 120, 300, 600, 1800, 3600, 7200, 18_000, 43_200, 86_400, 432_000].map((s) => s * 1e6),
].filter((us) => us !== 20e6 && us !== 50e6);

function timeAxis(theme: () => Theme): uPlot.Axis {
  return {
    ...axisLook(theme),
    size: 30,
    space: 70,
    incrs: timeSteps,
    values: (_, splits) => splits.map((us) => sinceText(us, (splits[1] ?? 1e6) - (splits[0] ?? 0))),
  };
}

export function axisLook(theme: () => Theme): uPlot.Axis {
  return {
    stroke: () => theme().quiet,
    font: theme().font,
    grid: { stroke: () => theme().grid, width: 1 },
    ticks: { show: false },
  };
}
