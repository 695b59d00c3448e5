import { limits } from "../../../base/limits.ts";
import { printable } from "../../../base/printable.ts";
import type { LiveRun, LiveUpdate } from "../live-update.ts";
import { element } from "./dom.ts";
import type { GrowingRun } from "./growing-run.ts";
import { sinceText, spanText } from "./units.ts";

/** Fills the figures of a run that is on into their places. */
export class LiveFigures {
  readonly #live: LiveRun;
  readonly #run: GrowingRun;
  readonly #okByReplica: number[];
  #last: LiveUpdate | undefined;

  constructor(live: LiveRun, run: GrowingRun) {
    this.#live = live;
    this.#run = run;
    this.#okByReplica = live.replicas.map(() => 0);
  }

  take(update: LiveUpdate): void {
    this.#last = update;
    for (const [replica, ok] of update.okByReplica.entries()) {
      this.#okByReplica[replica] = (this.#okByReplica[replica] ?? 0) + ok;
    }
    this.#tell(update);
  }

  draw(): void {
    if (this.#last === undefined) return;
    const { totals, okByReplica, p50Us, p99Us } = this.#last;
    const { scheduled, ok, wrong, failed, indeterminate, inFlight } = totals;
    const lost = wrong + failed + indeterminate;
    const planned = Number(this.#live.config["duration_s"]);
    card(
      "live-elapsed",
      sinceText(this.#run.whole.toUs, 1e6),
      planned > 0 ? `of ${sinceText(planned * 1e6, 1e6)}` : "",
    );
    card("live-ok", count(ok), `of ${count(scheduled)} scheduled`);
    card("live-lost", count(lost), lostAside({ wrong, failed, indeterminate }));
    const rate = okByReplica.reduce((sum, own) => sum + own, 0);
    card("live-rate", `${count(rate)}/s`, "ok, in the last second");
    const known = (us: number | null) => (us === null ? "-" : spanText(us));
    card("live-p99", known(p99Us), `p50 ${known(p50Us)}, in the last second`);
    card("live-in-flight", count(inFlight), "not answered yet");
    this.#drawStreams(this.#last);
    const rows = document.querySelectorAll("#live-replicas tbody tr");
    for (const [replica, row] of [...rows].entries()) {
      const [state, perSecond, soFar] = row.querySelectorAll("td");
      setText(state, this.#run.stateOf(replica) ?? "not tried yet");
      setText(perSecond, count(okByReplica[replica] ?? 0));
      setText(soFar, count(this.#okByReplica[replica] ?? 0));
    }
  }

  #drawStreams({ streams }: LiveUpdate): void {
    if (streams === null || document.getElementById("live-streams") === null) return;
    const { open, items, complete, lost, gaps } = streams;
    card("live-streams", count(open), `${count(complete)} complete, ${count(lost)} lost`);
    card("live-items", `${count(items)}/s`, "in the last second");
    card("live-gaps", count(gaps), "went on elsewhere");
  }

  /** Appends what happened to the list of it, the latest first. */
  #tell({ states, faults, restarts, gaps }: LiveUpdate): void {
    const name = (replica: number, port?: number) =>
      this.#live.replicas[replica] ?? (port === undefined ? "another replica" : `port ${port}`);
    const happened = [
      ...states.map(({ tUs, replica, state, cause }) => ({
        tUs,
        text: `${name(replica)} ${state} (${cause})`,
      })),
      ...faults.map(({ tUs, replica, port, fault, phase }) => ({
        tUs,
        text: `${fault} of ${name(replica, port)} ${phase === "begin" ? "begins" : "ends"}`,
      })),
      ...restarts.map(({ tUs, replica, after }) => ({
        tUs,
        text: `${name(replica)} started again after ${after}`,
      })),
      ...gaps.map(({ tUs, gapUs, number, from, to, items, error }) => ({
        tUs,
        text:
          `stream #${number}: ${spanText(gapUs)} gap after ${count(items)} vertices, ` +
          `${name(from)} ${error} → ${name(to)}`,
      })),
    ];
    const list = element("happened", HTMLOListElement);
    for (const { tUs, text } of happened.sort((a, b) => a.tUs - b.tUs)) {
      const line = document.createElement("li");
      line.textContent = printable(`${sinceText(tUs - this.#live.startUs, 1000)} ${text}`);
      list.prepend(line);
    }
    while (list.childElementCount > limits.liveLineMaxCount) list.lastElementChild?.remove();
  }
}

function card(id: string, value: string, aside: string): void {
  const place = element(id, HTMLElement);
  setText(place.querySelector("strong"), value);
  setText(place.querySelector("span"), aside);
}

function lostAside(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).filter(([, lost]) => lost > 0);
  return parts.length === 0
    ? "all ended ok"
    : parts.map(([kind, lost]) => `${lost} ${kind}`).join(", ");
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function setText(place: Element | null | undefined, text: string): void {
  if (place && place.textContent !== text) place.textContent = text;
}
