import { printable } from "../../../base/printable.ts";
import { element } from "./dom.ts";
import type { Run } from "./read-page.ts";
import { type AttemptFacts, requestFacts } from "./request-facts.ts";
import { requestId, requestNumber } from "./request-number.ts";
import type { TimeView } from "./time-view.ts";

/** The form that finds a request; returns what shows one by its number. */
export function requestSearch(run: Run, view: TimeView): (number: number) => void {
  const form = element("search", HTMLFormElement);
  const input = element("search-text", HTMLInputElement);
  const output = element("search-result", HTMLElement);
  const { runs } = run.facts;
  const show = (text: string) => {
    const number = requestNumber(text, runs);
    if (number === undefined) {
      const ids = runs.map((each) => `${each.run}-1`).join(" or ");
      const known = runs.length === 1 ? `a number such as 1, or an id such as ${ids}` : ids;
      say(output, `"${text}" names no request: give ${known}`);
      return;
    }
    const found = requestFacts(run, number);
    if (found === undefined) {
      say(output, `The ledger holds no request ${requestId(number, runs)}`);
      return;
    }
    const { title, facts, attempts, fromUs, toUs } = found;
    const list = document.createElement("dl");
    list.className = "pairs";
    for (const [name, value] of facts)
      list.append(textElement("dt", name), textElement("dd", value));
    const jump = textElement("button", "Show on the timeline");
    jump.addEventListener("click", () => {
      const marginUs = Math.max(20_000, (toUs - fromUs) * 0.5);
      view.show({ fromUs: fromUs - marginUs, toUs: toUs + marginUs });
      element("timeline", HTMLElement).scrollIntoView();
    });
    output.replaceChildren(
      textElement("h3", title),
      list,
      attempts.length === 0 ? textElement("p", "No attempt of it failed") : table(attempts),
      jump,
    );
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(input.value);
  });
  return (number) => {
    input.value = requestId(number, runs);
    show(input.value);
  };
}

function table(attempts: readonly AttemptFacts[]): HTMLElement {
  const made = document.createElement("table");
  const head = document.createElement("tr");
  for (const name of ["Replica", "Result", "Took", "Ended"]) {
    const cell = textElement("th", name);
    cell.setAttribute("scope", "col");
    head.append(cell);
  }
  const thead = document.createElement("thead");
  thead.append(head);
  const body = document.createElement("tbody");
  for (const { replica, result, took, ended } of attempts) {
    const row = document.createElement("tr");
    const replicaCell = textElement("th", replica);
    replicaCell.setAttribute("scope", "row");
    row.append(replicaCell, ...[result, took, ended].map((text) => textElement("td", text)));
    body.append(row);
  }
  const caption = textElement("caption", "Attempts that failed or came late");
  made.append(caption, thead, body);
  for (const cell of made.querySelectorAll("th, td")) cell.className = "text";
  const scroll = document.createElement("div");
  scroll.className = "scroll";
  scroll.tabIndex = 0;
  scroll.append(made);
  return scroll;
}

function say(output: HTMLElement, text: string): void {
  output.replaceChildren(textElement("p", text));
}

/** Whatever comes from a ledger is set as text, never as markup. */
function textElement(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = printable(text);
  return made;
}
