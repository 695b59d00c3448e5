import { formatBytes } from "../../base/data-rate.ts";
import { formatDuration } from "../../base/duration.ts";
import { formatEndpoint } from "../../base/endpoint.ts";
import { localTimeOfDay } from "../../base/local-time.ts";
import type { LaneTotals } from "../../fault/link/lane.ts";
import { describeFaults, linkFaultNames } from "../../fault/link/link-faults.ts";
import type { LinkEvent, LinkRequest } from "../../fault/link/link-request.ts";
import { seconds } from "./event-text.ts";

/** `link localhost:50061 -> localhost:50051: latency 100ms, each way, in 5s for 10s`. */
export function linkPlan(request: LinkRequest): string {
  const { listen, to, faults, delayMs, durationMs, forMs } = request;
  const start = delayMs > 0 ? `, in ${formatDuration(delayMs)}` : "";
  const length = durationMs === undefined ? "" : ` for ${formatDuration(durationMs)}`;
  const end = forMs === undefined ? "until Ctrl-C" : `for ${formatDuration(forMs)}`;
  const what = `${describeFaults(faults)}${start}${start !== "" || length === "" ? length : `,${length}`}`;
  return `link ${formatEndpoint(listen)} -> ${formatEndpoint(to)}: ${what}; open ${end}`;
}

export function linkEventLine(event: LinkEvent, request: LinkRequest): string {
  const time = `[${localTimeOfDay(event.tUs)}]`;
  const faults = describeFaults(request.faults);
  switch (event.kind) {
    case "opened": {
      const where = `${event.addresses.join(" and ")} -> ${formatEndpoint(request.to)}`;
      const later = linkFaultNames(request.faults).length > 0 && request.delayMs > 0;
      return `${time} LINK OPEN: ${where}${later ? ", transparent at first" : ""}`;
    }
    case "begun":
      return `${time} FAULT BEGINS: ${faults}; ${count(event.openCount, "connection")} open`;
    case "over":
      return `${time} FAULT ENDS: ${faults}, after ${seconds(event.actedMs)}`;
    case "closed": {
      const { totals, openMs, openCount } = event;
      const parts = [
        `${count(totals.connectionCount, "connection")}`,
        openCount > 0 ? `${openCount} still open and reset now` : "",
        totals.resetCount > 0 ? `${totals.resetCount} reset by the fault` : "",
        totals.unreachableCount > 0 ? `${totals.unreachableCount} not taken by the server` : "",
        laneText("up", totals.up),
        laneText("down", totals.down),
      ];
      const text = parts.filter((part) => part !== "").join(", ");
      return `${time} LINK CLOSED: after ${seconds(openMs)}: ${text}`;
    }
    case "unreachable":
      return (
        `${formatEndpoint(request.to)} takes no connection: clients are reset until it does ` +
        "(said again after 5 s without)"
      );
  }
}

function laneText(way: string, { deliveredBytes, swallowedBytes, corruptedBytes }: LaneTotals) {
  const swallowed = swallowedBytes > 0 ? ` (${formatBytes(swallowedBytes)} swallowed)` : "";
  const corrupted = corruptedBytes > 0 ? ` (${count(corruptedBytes, "byte")} changed)` : "";
  return `${formatBytes(deliveredBytes)} ${way}${swallowed}${corrupted}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
