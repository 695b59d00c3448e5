import { formatDuration } from "../base/duration.ts";
import { localTimeOfDay, localTimestamp } from "../base/local-time.ts";
import type { FaultEvent, Target } from "../fault/fault-request.ts";
import { formatCommand, formatProcess } from "../fault/process-facts.ts";

/** What a fault did or is about to do, for the terminal; warnings come without the time. */
export function faultEventLine(event: FaultEvent): string {
  if (event.kind === "warned") return event.message;
  const time = `[${localTimeOfDay(event.tUs)}]`;
  if (event.kind === "resolved") {
    return event.targets
      .map((target) => `${time} TARGET: ${describeTarget(target, event.port)}`)
      .join("\n");
  }
  const whom = `${formatProcess(event.target.process)} on port ${event.port}`;
  switch (event.kind) {
    case "injected":
      return `${time} CRASH INJECTED: killed ${whom}`;
    case "started":
      return `${time} STALL STARTED: suspended ${whom} for ${formatDuration(event.durationMs)}`;
    case "recovered":
      return `${time} RECOVERY: resumed ${whom} after ${seconds(event.stalledMs)}`;
    case "target-gone":
      return `${time} TARGET GONE: ${whom} died while suspended, after ${seconds(event.stalledMs)}`;
  }
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

function seconds(spanMs: number): string {
  return `${(spanMs / 1000).toFixed(1)}s`;
}
