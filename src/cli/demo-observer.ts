import type { Clock } from "../base/clock.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import { printable } from "../base/printable.ts";
import type { DrillObserver } from "../drill/run-drill.ts";
import type { FaultEvent } from "../fault/fault-event.ts";
import type { LoadObserver } from "../load/drive-load.ts";
import { faultEventLine } from "./fault/lines.ts";
import { supervisorEventText } from "./serve-several.ts";
import { paint, type Terminal } from "./terminal.ts";

/** Shows the whole timeline of a demo: replicas, load second by second, faults. */
export function drillObserver(load: LoadObserver, terminal: Terminal, clock: Clock): DrillObserver {
  return {
    ...load,
    onSupervisor(event) {
      if (event.kind === "output") {
        terminal.line(paint.dim(`[${event.port}] ${printable(event.line)}`));
        return;
      }
      const text = supervisorEventText(event, { logfileOf: (port) => `server_${port}.log` });
      terminal.line(`[${localTimeOfDay(clock.nowUs())}] ${text}`);
    },
    onFault: (event) => showFault(event, terminal),
  };
}

/** Shows the faults alone, for a demo that is one of several. */
export function faultsOnlyObserver(terminal: Terminal): DrillObserver {
  const silent = () => undefined;
  return {
    onPreflight: silent,
    onSubject: silent,
    onAttemptFailure: silent,
    onReplicaChange: silent,
    onOtherGraph: silent,
    onSettled: silent,
    onSecond: silent,
    onGap: silent,
    onStreamEnded: silent,
    onFlow: silent,
    onSupervisor: silent,
    onFault(event) {
      if (event.kind !== "resolved") showFault(event, terminal);
    },
  };
}

/** A fault within a load, among the load's own lines. */
export function showFault(event: FaultEvent, terminal: Terminal): void {
  const text = faultEventLine(event);
  if (event.kind === "warned") terminal.notices.warn(text);
  else for (const line of text.split("\n")) terminal.line(paint.bold(line));
}
