import type { Clock } from "../base/clock.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import { printable } from "../base/printable.ts";
import type { DemoObserver } from "../drill/run-demo.ts";
import type { FaultEvent } from "../fault/fault-event.ts";
import type { LoadObserver } from "../load/drive-load.ts";
import { faultEventLine } from "./fault/lines.ts";
import { supervisorEventText } from "./serve-several.ts";
import { paint, type Terminal } from "./terminal.ts";

/** Shows the whole timeline of a demo: replicas, load second by second, faults. */
export function demoObserver(load: LoadObserver, terminal: Terminal, clock: Clock): DemoObserver {
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
export function faultsOnlyObserver(terminal: Terminal): DemoObserver {
  const silent = () => undefined;
  return {
    onPreflight: silent,
    onQuestion: silent,
    onAttemptFailure: silent,
    onReplicaChange: silent,
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

function showFault(event: FaultEvent, terminal: Terminal): void {
  if (event.kind === "warned") terminal.notices.warn(faultEventLine(event));
  else terminal.line(paint.bold(faultEventLine(event)));
}
