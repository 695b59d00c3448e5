import { systemClock } from "../base/clock.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import { printable } from "../base/printable.ts";
import type { LoadObserver } from "../load/drive-load.ts";
import { endpointLine } from "./endpoint-lines.ts";
import type { LoadLines } from "./load-lines.ts";
import { subjectLine } from "./question-line.ts";
import type { StreamLines } from "./stream-lines.ts";
import { paint, type Terminal } from "./terminal.ts";

/** Shows a load on the terminal as it runs. */
export function terminalObserver(
  lines: LoadLines,
  streams: StreamLines,
  terminal: Terminal,
): LoadObserver {
  return {
    onPreflight(endpoint, description) {
      const time = localTimeOfDay(systemClock.nowUs());
      terminal.line(`[${time}] ${endpointLine(endpoint, description)}`);
    },
    onSubject(subject) {
      const time = localTimeOfDay(systemClock.nowUs());
      terminal.line(`[${time}] ${subjectLine(subject)}`);
    },
    onAttemptFailure: (failure) => lines.attemptFailed(failure),
    onReplicaChange: (change) => lines.replicaChanged(change),
    onOtherGraph(text) {
      const time = localTimeOfDay(systemClock.nowUs());
      terminal.line(`[${time}] ${paint.red("✗")} ${printable(text)}`);
    },
    onSettled: (request) => lines.settled(request),
    onSecond: (second) => lines.second(second),
    onGap: (number, gap) => streams.onGap(number, gap),
    onStreamEnded: (number, record) => streams.onStreamEnded(number, record),
    onFlow: (flow, standstill) => streams.onFlow(flow, standstill),
  };
}

/** Tells one observer, then the other. */
export function both(first: LoadObserver, second: LoadObserver): LoadObserver {
  return {
    onPreflight(endpoint, description) {
      first.onPreflight(endpoint, description);
      second.onPreflight(endpoint, description);
    },
    onSubject(subject) {
      first.onSubject(subject);
      second.onSubject(subject);
    },
    onAttemptFailure(failure) {
      first.onAttemptFailure(failure);
      second.onAttemptFailure(failure);
    },
    onReplicaChange(change) {
      first.onReplicaChange(change);
      second.onReplicaChange(change);
    },
    onOtherGraph(text) {
      first.onOtherGraph(text);
      second.onOtherGraph(text);
    },
    onSettled(request) {
      first.onSettled(request);
      second.onSettled(request);
    },
    onSecond(summary) {
      first.onSecond(summary);
      second.onSecond(summary);
    },
    onGap(number, gap) {
      first.onGap(number, gap);
      second.onGap(number, gap);
    },
    onStreamEnded(number, record) {
      first.onStreamEnded(number, record);
      second.onStreamEnded(number, record);
    },
    onFlow(flow, standstill) {
      first.onFlow(flow, standstill);
      second.onFlow(flow, standstill);
    },
  };
}
