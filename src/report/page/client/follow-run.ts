import type { LiveBegin, LiveFinal, LiveUpdate } from "../live-update.ts";
import type { PageParts } from "../page-shape.ts";
import { element } from "./dom.ts";
import { GrowingRun } from "./growing-run.ts";
import { LiveFigures } from "./live-figures.ts";
import { readRun } from "./read-page.ts";
import { type RunCharts, showRun } from "./run-charts.ts";

interface Followed {
  readonly run: GrowingRun;
  readonly figures: LiveFigures;
  readonly charts: RunCharts;
}

const lost = "Connection lost; trying again";
const running = "Live";

/** Shows a run while it is on, as server-sent events tell it, and its report in the end. */
export function followRun(eventsPath: string): void {
  const status = element("live", HTMLElement);
  const source = new EventSource(eventsPath);
  let followed: Followed | undefined;
  let isDrawn = true;
  const draw = () => {
    if (isDrawn) return;
    isDrawn = true;
    followed?.figures.draw();
    if (followed !== undefined) followed.charts.view.grow(followed.run.whole);
  };
  source.addEventListener("anew", ({ data }) => {
    followed?.charts.close();
    followed = begin(JSON.parse(data) as LiveBegin);
    status.textContent = running;
  });
  source.addEventListener("update", ({ data }) => {
    const update = JSON.parse(data) as LiveUpdate;
    if (followed?.run.lacksOne(update.newReplicas)) {
      source.close();
      followed.charts.close();
      followRun(eventsPath);
      return;
    }
    followed?.run.apply(update);
    followed?.figures.take(update);
    // Many at once, as one who comes late is told, are one picture.
    if (isDrawn) requestAnimationFrame(draw);
    isDrawn = false;
  });
  source.addEventListener("final", ({ data }) => {
    source.close();
    draw();
    const { report, page } = JSON.parse(data) as LiveFinal;
    if (report === null || page === null) {
      status.textContent = "The run ended without a report";
      return;
    }
    status.textContent = `The run is over: ${report.verdict.result.replace("-", " ")}`;
    showFinal(page, followed?.charts).catch((error: unknown) => {
      status.textContent = `The run is over, but its charts cannot be drawn (${String(error)})`;
    });
  });
  source.addEventListener("error", () => {
    status.textContent = lost;
  });
  source.addEventListener("open", () => {
    if (followed !== undefined) status.textContent = running;
  });
}

function begin(live: LiveBegin): Followed {
  showMain(live.main);
  document.title = `dfs live: ${live.run}`;
  const run = new GrowingRun(live);
  return { run, figures: new LiveFigures(live, run), charts: showRun(run) };
}

/** Who looks at a part of the run goes on doing so. */
async function showFinal({ title, main, facts, tables }: PageParts, before?: RunCharts) {
  const run = await readRun(facts, tables);
  const shown = before === undefined || before.view.isWhole ? undefined : before.view.shown;
  const focused = document.activeElement?.id ?? "";
  before?.close();
  showMain(main);
  document.title = title;
  const { view } = showRun(run);
  if (shown !== undefined) view.show(shown);
  document.getElementById(focused)?.focus({ preventScroll: true });
  document.body.dataset["ready"] = "yes";
}

/** The text comes from the program that serves the page, which made what ledgers hold into text. */
function showMain(html: string): void {
  const main = document.querySelector("main");
  if (main === null) throw new Error("The page has no main part");
  main.innerHTML = html;
}
