import { formatDuration } from "../../base/duration.ts";
import { limits } from "../../base/limits.ts";
import type { DrainEvent } from "../../fault/drain-event.ts";
import { type EventTexts, whom } from "./event-text.ts";

export const drainTexts: EventTexts<DrainEvent> = {
  asked: (event) =>
    `DRAIN STARTED: asked ${whom(event)} to end (SIGTERM), within ${span(event.withinMs)}`,
  "port-closed": (event) =>
    `PORT CLOSED: ${whom(event)} takes no connections since ${span(event.closedAfterMs)} after SIGTERM`,
  drained: (event) =>
    `DRAINED: ${whom(event)} ended ${span(event.endedAfterMs)} after SIGTERM; ${portText(event)}`,
};

function portText({
  closedAfterMs,
  endedAfterMs,
}: Pick<Extract<DrainEvent, { kind: "drained" }>, "closedAfterMs" | "endedAfterMs">): string {
  if (closedAfterMs === undefined) return "its port closed as it ended";
  const leadMs = endedAfterMs - closedAfterMs;
  if (leadMs < limits.drainLeadMinMs) return "its port closed as it ended";
  return `its port had closed ${span(leadMs)} before`;
}

/** `1.234s`. */
function span(spanMs: number): string {
  return formatDuration(Math.round(spanMs));
}
