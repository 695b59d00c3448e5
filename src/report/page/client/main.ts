import { element } from "./dom.ts";
import { followRun } from "./follow-run.ts";
import { readPage } from "./read-page.ts";
import { showRun } from "./run-charts.ts";

/** Where the page is told of a run that is on; a page that was written to a file has its run. */
const eventsPath = document.documentElement.dataset["live"];

if (eventsPath !== undefined) {
  followRun(eventsPath);
} else {
  readPage()
    .then((run) => {
      showRun(run);
      document.body.dataset["ready"] = "yes";
    })
    .catch((error: unknown) => {
      element("readout", HTMLElement).textContent =
        `This browser cannot draw the charts (${String(error)}); every figure is in the tables.`;
    });
}
