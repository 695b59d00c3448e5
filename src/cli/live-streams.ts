import type { StreamRecord } from "../ledger/record.ts";
import type { Tone } from "../report/text-layout.ts";

/** A part of a line of the picture. */
export interface LiveCell {
  readonly text: string;
  readonly tone?: Tone;
}

/** What the picture of a load says of its streams. */
export class LiveStreams {
  openCount = 0;
  /** In the last second that is over. */
  itemCount = 0;
  gapCount = 0;
  #completeCount = 0;
  #lostCount = 0;

  ended(outcome: StreamRecord["outcome"]): void {
    if (outcome === "ok") this.#completeCount++;
    else if (outcome !== "stopped") this.#lostCount++;
  }

  cells(): readonly LiveCell[] {
    const lostTone = this.#lostCount > 0 ? { tone: "bad" as const } : {};
    return [
      { text: `${this.itemCount.toLocaleString("en-US")} vertices/s`, tone: "title" },
      { text: `streams open ${this.openCount}` },
      { text: `complete ${this.#completeCount}` },
      { text: `lost ${this.#lostCount}`, ...lostTone },
      { text: `gaps ${this.gapCount}` },
    ];
  }
}
