import { printable } from "../../../base/printable.ts";
import { element } from "./dom.ts";
import type { Run } from "./read-page.ts";
import { requestFacts, requestNumber } from "./request-facts.ts";
import type { TimeView } from "./time-view.ts";

/** The form that finds a request; returns what shows one by its number. */
export function requestSearch(run: Run, view: TimeView): (number: number) => void {
  const form = element("search", HTMLFormElement);
  const input = element("search-text", HTMLInputElement);
  const output = element("search-result", HTMLElement);
  const show = (text: string) => {
    const number = requestNumber(text, run.facts.run);
    if (number === undefined) {
      const example = `${run.facts.run}-1`;
      say(
        output,
        `"${text}" names no request: give a number such as 1, or an id such as ${example}`,
      );
      return;
    }
    const found = requestFacts(run, number);
    if (found === undefined) {
      say(output, `The ledger holds no request ${number} of run ${run.facts.run}`);
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
    const tried = document.createElement("ol");
    tried.append(...attempts.map((attempt) => textElement("li", attempt)));
    const heading =
      attempts.length === 0 ? "No attempt of it failed" : "Attempts that failed or came late";
    output.replaceChildren(textElement("h3", title), list, textElement("h4", heading), tried, jump);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(input.value);
  });
  return (number) => {
    input.value = String(number);
    show(input.value);
  };
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
