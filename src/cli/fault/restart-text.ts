import { printable } from "../../base/printable.ts";
import { formatProcess } from "../../fault/process-facts.ts";
import type { RestartEvent } from "../../fault/restart-event.ts";
import { type EventTexts, seconds } from "./event-text.ts";

export const restartTexts: EventTexts<RestartEvent> = {
  restarted: ({ process, port, downMs, by, outputs }) => {
    const what = `${formatProcess(process)} serves port ${port} after ${seconds(downMs)}`;
    if (by === "others") return `RESTARTED BY OTHERS: ${what}; dfs started none beside it`;
    return `RESTARTED: ${what}; its output goes to ${printable(outputs.join(" and "))}`;
  },
};
