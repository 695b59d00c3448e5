import { formatDuration } from "../../base/duration.ts";
import type { StallEvent } from "../../fault/stall-event.ts";
import { type EventTexts, seconds, whom } from "./event-text.ts";

export const stallTexts: EventTexts<StallEvent> = {
  started: (event) =>
    `STALL STARTED: suspended ${whom(event)} for ${formatDuration(event.durationMs)}`,
  recovered: (event) => `RECOVERY: resumed ${whom(event)} after ${seconds(event.stalledMs)}`,
  "target-gone": (event) =>
    `TARGET GONE: ${whom(event)} died while ${event.fault === "limp" ? "it limped" : "suspended"}, after ${seconds(event.stalledMs)}`,
};
