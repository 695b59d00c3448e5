import type uPlot from "uplot";
import { element } from "./dom.ts";
import { FlowChart } from "./flow-chart.ts";
import { LatencyChart } from "./latency-chart.ts";
import type { Run } from "./read-page.ts";
import { readoutText } from "./readout.ts";
import { requestSearch } from "./request-search.ts";
import { stateChart } from "./state-chart.ts";
import { ThroughputChart } from "./throughput-chart.ts";
import { type TimeSpan, TimeView } from "./time-view.ts";
import { sinceText } from "./units.ts";

const idleReadout = "Point at a chart to read it; drag to zoom, double-click to see all.";

/** The charts of a run, and what they show of its time. */
export interface RunCharts {
  readonly view: TimeView;
  /** Lets go of everything but the elements of the page. */
  close(): void;
}

/** Draws a run into the places that the page has for it. */
export function showRun(run: Run): RunCharts {
  const { facts } = run;
  const { fromUs, toUs } = facts;
  const view = new TimeView({ fromUs, toUs });
  const shutter = new AbortController();
  let buckets = run.buckets(view.shown);
  const readout = element("readout", HTMLElement);
  readout.textContent = idleReadout;
  const onCursor = (plot: uPlot) => {
    const { left = -1 } = plot.cursor;
    readout.textContent =
      left < 0 ? idleReadout : readoutText(facts, buckets, plot.posToVal(left, "x"));
  };
  const surroundings = { facts, view, onCursor, signal: shutter.signal };
  const throughput = drawn("throughput", (place) => new ThroughputChart(place, surroundings));
  const latency = drawn("latency", (place) => new LatencyChart(place, run, surroundings));
  const flow = drawn("flow", (place) => new FlowChart(place, surroundings));
  const states = stateChart(element("states", HTMLElement), surroundings);
  view.follow((shown) => {
    buckets = run.buckets(shown);
    throughput?.show(buckets);
    latency?.show(buckets);
    flow?.show();
    states.setData([
      [shown.fromUs, shown.toUs],
      [null, null],
    ] as uPlot.AlignedData);
    describeView(view, shown);
  });
  const showRequest = requestSearch(run, view);
  latency?.plot.over.addEventListener("click", ({ offsetX, offsetY }) => {
    const row = latency.nearest(offsetX, offsetY);
    if (row >= 0) showRequest(run.requests.number[row] ?? 0);
  });
  listenForKeys(view);
  listenForJumps(run, view);
  return { view, close: () => shutter.abort() };
}

/** The chart for which the page has a place; a run without requests has none for theirs. */
function drawn<T>(id: string, draw: (place: HTMLElement) => T): T | undefined {
  const place = document.getElementById(id);
  return place === null ? undefined : draw(place);
}

function describeView(view: TimeView, { fromUs, toUs }: TimeSpan): void {
  const step = (toUs - fromUs) / 100;
  const span = `${sinceText(fromUs, step)} to ${sinceText(toUs, step)}`;
  element("shown", HTMLElement).textContent = view.isWhole
    ? `Whole run: ${span}`
    : `Shown: ${span}`;
  element("reset", HTMLButtonElement).disabled = view.isWhole;
}

function listenForKeys(view: TimeView): void {
  const acts: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => view.pan(-0.2),
    ArrowRight: () => view.pan(0.2),
    "+": () => view.scale(0.5),
    "=": () => view.scale(0.5),
    "-": () => view.scale(2),
    "0": () => view.reset(),
    Escape: () => view.reset(),
  };
  element("charts", HTMLElement).addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  element("reset", HTMLButtonElement).addEventListener("click", () => view.reset());
  element("zoom-in", HTMLButtonElement).addEventListener("click", () => view.scale(0.5));
  element("zoom-out", HTMLButtonElement).addEventListener("click", () => view.scale(2));
}

function listenForJumps({ facts }: Run, view: TimeView): void {
  const selector = "button[data-outage], button[data-gap]";
  for (const button of document.querySelectorAll<HTMLButtonElement>(selector)) {
    button.addEventListener("click", () => {
      const { outage, gap } = button.dataset;
      const span = gap === undefined ? facts.outages[Number(outage)] : facts.gaps[Number(gap)];
      if (span === undefined) return;
      const marginUs = Math.max(200_000, (span.toUs - span.fromUs) * 0.35);
      view.show({ fromUs: span.fromUs - marginUs, toUs: span.toUs + marginUs });
      element("timeline", HTMLElement).scrollIntoView();
      element("charts", HTMLElement).focus({ preventScroll: true });
    });
  }
}
