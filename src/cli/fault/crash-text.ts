import type { CrashEvent } from "../../fault/crash-event.ts";
import { type EventTexts, whom } from "./event-text.ts";

export const crashTexts: EventTexts<CrashEvent> = {
  injected: (event) =>
    `CRASH INJECTED: killed ${whom(event)}${event.signal === "SIGKILL" ? "" : ` by ${event.signal}`}`,
};
