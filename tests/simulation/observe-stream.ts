import type { ReplicaView, RequestView, Step } from "../../src/failover/policy.ts";
import type { Channel, StreamCall, StreamControl, StreamEvents } from "../../src/rpc/channel.ts";
import { isAnswer } from "../../src/rpc/status.ts";
import { onlyRequest } from "../support/scripted-channel.ts";
import type { History } from "./history.ts";
import { decodeMessage, decodeQuestion, greetingIndex } from "./simulated-stream.ts";
import { type StreamAttemptHistory, type StreamHistory, streamById } from "./stream-history.ts";

/** Sees what a policy says about a stream: what it must not forget, and what it must. */
export function observeStreamStep(
  history: History,
  stream: StreamHistory,
  seen: { request: RequestView; replicas: readonly ReplicaView[]; step: Step; nowUs: number },
): void {
  const { replicas, step, nowUs } = seen;
  const name = `stream ${stream.number}`;
  const isTried = (replica: number) => stream.tried.some((other) => other.replica === replica);
  if (step.kind === "wait") {
    stream.hasWaited = true;
    const better = replicas.find(
      ({ index, state, takesRequests }) => state === "healthy" && takesRequests && !isTried(index),
    );
    if (better === undefined || history.schedule.policy !== "adaptive") return;
    history.violations.push(`${name} waits though replica ${better.index} is healthy and untried`);
  }
  if (step.kind !== "attempt") return;
  // A replica that lives and brings nothing for long makes the round begin anew.
  const isLong = nowUs - (stream.tried[0]?.tUs ?? nowUs) > longRoundUs;
  if (isTried(step.replica) && !stream.hasWaited && !isLong) {
    history.violations.push(`${name} was sent to replica ${step.replica} twice in a round`);
  }
  if (stream.hasWaited) stream.tried = [];
  stream.hasWaited = false;
  stream.tried.push({ replica: step.replica, tUs: nowUs });
}

const longRoundUs = 29_000_000;

export interface StreamObserver {
  readonly history: History;
  readonly replica: number;
  readonly nowUs: () => number;
}

/** A stream of the channel, seen as it leaves, brings messages, and ends. */
export function observeStream(
  channel: Channel,
  observer: StreamObserver,
  call: StreamCall,
  events: StreamEvents,
): StreamControl {
  const attempt = observeAttempt(observer, call);
  const control = channel.stream(call, {
    onMessage: (message) => {
      const isGreeting = decodeMessage(message).index === greetingIndex;
      if (attempt !== undefined && !isGreeting) attempt.messageCount++;
      events.onMessage(message);
    },
    onEnd: (end) => {
      if (attempt !== undefined) {
        attempt.isOpen = false;
        const isAnswered = end.status === "OK" || isAnswer(end.status);
        attempt.mayHaveExecuted = isAnswered || end.mayHaveExecuted;
      }
      events.onEnd(end);
    },
  });
  return {
    cancel: () => {
      if (attempt?.isOpen) attempt.cancelledUs ??= observer.nowUs();
      control.cancel();
    },
    pause: () => control.pause(),
    resume: () => control.resume(),
  };
}

function observeAttempt(
  { history, replica, nowUs }: StreamObserver,
  call: StreamCall,
): StreamAttemptHistory | undefined {
  const stream = streamById(history.streams, call.metadata?.["x-request-id"]);
  if (stream === undefined) return undefined;
  const { violations } = history;
  const name = `stream ${stream.number}`;
  const { after } = decodeQuestion(onlyRequest(call));
  if (stream.doneCount > 0) violations.push(`${name} made an attempt after its end`);
  if (after !== stream.takenCount) {
    violations.push(`${name} asks for what comes after ${after}, having ${stream.takenCount}`);
  }
  if (stream.attempts.some(({ isOpen, cancelledUs }) => isOpen && cancelledUs === undefined)) {
    violations.push(`${name} has two attempts open`);
  }
  const { isIdempotent } = stream.schedule;
  if (!isIdempotent && stream.attempts.some(({ mayHaveExecuted }) => mayHaveExecuted !== false)) {
    violations.push(`${name}, not idempotent, was sent again though it may have been executed`);
  }
  const attempt: StreamAttemptHistory = {
    ...{ tUs: nowUs(), replica, isOpen: true, messageCount: 0 },
    ...{ cancelledUs: undefined, mayHaveExecuted: undefined },
  };
  stream.attempts.push(attempt);
  return attempt;
}
