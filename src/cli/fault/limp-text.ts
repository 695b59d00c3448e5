import { formatDuration } from "../../base/duration.ts";
import type { LimpEvent } from "../../fault/limp-event.ts";
import { type EventTexts, seconds, whom } from "./event-text.ts";

export const limpTexts: EventTexts<LimpEvent> = {
  limping: (event) =>
    `LIMP STARTED: ${whom(event)} is suspended for ${percent(event.dutyShare)} of every ` +
    `${formatDuration(event.periodMs)}, for ${formatDuration(event.durationMs)}`,
  limped(event) {
    const { cycleCount, droppedCount } = event;
    const dropped = droppedCount === 0 ? "" : `, ${droppedCount} times dropped for lateness`;
    return (
      `RECOVERY: ${whom(event)} runs again after ${seconds(event.limpedMs)}: suspended ` +
      `${cycleCount} times, ${percent(event.suspendedShare)} of the time${dropped}`
    );
  },
};

/** `80 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
