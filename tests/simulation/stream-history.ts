import type { StreamGap, StreamResult } from "../../src/failover/stream-request.ts";
import type { ScheduledStream } from "./stream-schedule.ts";

/** Streams are numbered from here on, so that a policy's question tells them from requests. */
const firstNumber = 1001;

/** All that happened to one stream, as seen from outside the code under test. */
export interface StreamHistory {
  readonly number: number;
  readonly schedule: ScheduledStream;
  readonly startUs: number;
  readonly deadlineUs: number;
  readonly attempts: StreamAttemptHistory[];
  /** Instants at which it had no reason to stand still: its start, messages, ends of pauses. */
  readonly progress: Progress[];
  readonly gaps: StreamGap[];
  takenCount: number;
  isPaused: boolean;
  /** Its reader has cancelled it. */
  isCancelled: boolean;
  doneCount: number;
  doneUs: number;
  result: StreamResult | undefined;
  executedCount: number;
  /** Replicas tried since its last message or its last wait, and when the first of them was. */
  tried: { readonly replica: number; readonly tUs: number }[];
  hasWaited: boolean;
}

export interface Progress {
  readonly fromUs: number;
  /** The next message, the next pause, or its end; infinite while none has come. */
  toUs: number;
}

export interface StreamAttemptHistory {
  readonly tUs: number;
  readonly replica: number;
  isOpen: boolean;
  cancelledUs: number | undefined;
  mayHaveExecuted: boolean | undefined;
  messageCount: number;
}

export function emptyStreamHistory(
  schedule: ScheduledStream,
  index: number,
  runStartUs: number,
): StreamHistory {
  const startUs = runStartUs + Math.round(schedule.atMs * 1000);
  return {
    ...{ number: firstNumber + index, schedule, startUs },
    deadlineUs: startUs + Math.round(schedule.deadlineMs * 1000),
    ...{ attempts: [], progress: [], gaps: [], tried: [] },
    ...{ takenCount: 0, isPaused: false, isCancelled: false, hasWaited: false },
    ...{ doneCount: 0, doneUs: 0, result: undefined, executedCount: 0 },
  };
}

export function streamOf(
  streams: readonly StreamHistory[],
  number: number,
): StreamHistory | undefined {
  return streams[number - firstNumber];
}

/** The text that names a stream in metadata; a request's is a mere number. */
export function streamId(number: number): string {
  return `stream-${number}`;
}

export function streamById(
  streams: readonly StreamHistory[],
  id: string | undefined,
): StreamHistory | undefined {
  return streamOf(streams, Number(id?.replace("stream-", "") ?? Number.NaN));
}
