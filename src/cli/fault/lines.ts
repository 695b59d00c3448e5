import { localTimeOfDay, localTimestamp } from "../../base/local-time.ts";
import type { FaultEvent } from "../../fault/fault-event.ts";
import { formatCommand, formatProcess } from "../../fault/process-facts.ts";
import type { Target } from "../../fault/target.ts";
import { crashTexts } from "./crash-text.ts";
import { drainTexts } from "./drain-text.ts";
import type { EventTexts } from "./event-text.ts";
import { limpTexts } from "./limp-text.ts";
import { restartTexts } from "./restart-text.ts";
import { stallTexts } from "./stall-text.ts";

type Shown = Exclude<FaultEvent, { readonly kind: "warned" | "resolved" }>;

const texts: EventTexts<Shown> = {
  ...crashTexts,
  ...drainTexts,
  ...limpTexts,
  ...restartTexts,
  ...stallTexts,
};

/** What a fault did or is about to do, for the terminal; warnings come without the time. */
export function faultEventLine(event: FaultEvent): string {
  if (event.kind === "warned") return event.message;
  const time = `[${localTimeOfDay(event.tUs)}]`;
  if (event.kind === "resolved") {
    return event.targets
      .map((target) => `${time} TARGET: ${describeTarget(target, event.port)}`)
      .join("\n");
  }
  return `${time} ${textOf(event)}`;
}

/** Generic, so that the event and its function are known to belong together. */
function textOf<K extends Shown["kind"]>(event: Extract<Shown, { readonly kind: K }>): string {
  const text: (event: Extract<Shown, { readonly kind: K }>) => string = texts[event.kind as K];
  return text(event);
}

function describeTarget({ process, addresses }: Target, port: number): string {
  const started = process.startedUs === undefined ? "?" : localSecond(process.startedUs);
  const at = addresses.join(" and ");
  return (
    `${formatProcess(process)} on port ${port} at ${at}, started ${started}, ` +
    `command: ${formatCommand(process)}`
  );
}

/** `2026-11-22 21:35:00`: systems do not agree on more digits of a start. */
function localSecond(tUs: number): string {
  return localTimestamp(tUs).replace(/,\d+$/, "");
}
