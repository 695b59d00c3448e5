import { systemClock } from "../base/clock.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import type { LoadObserver } from "../load/drive-load.ts";
import { endpointLine } from "./endpoint-lines.ts";
import type { LoadLines } from "./load-lines.ts";
import type { Terminal } from "./terminal.ts";

/** Shows a load on the terminal as it runs. */
export function terminalObserver(lines: LoadLines, terminal: Terminal): LoadObserver {
  return {
    onPreflight(endpoint, description) {
      const time = localTimeOfDay(systemClock.nowUs());
      terminal.line(`[${time}] ${endpointLine(endpoint, description)}`);
    },
    onAttemptFailure: (failure) => lines.attemptFailed(failure),
    onReplicaChange: () => undefined,
    onSettled: (request) => lines.settled(request),
    onSecond: (second) => lines.second(second),
  };
}
