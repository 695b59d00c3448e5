import type { Clock } from "../base/clock.ts";
import { wrongCount } from "../rpc/call-sink.ts";
import type { CallEnd, CallHead, CancelCall, Channel, UnaryResult } from "../rpc/channel.ts";
import type { Exchange, TakenAnswer } from "./request.ts";

/** How an attempt ended. */
export interface AttemptResult extends UnaryResult {
  /** Of an exchange. */
  readonly taken?: TakenAnswer;
}

export interface ExchangeCall {
  readonly channel: Channel;
  readonly head: CallHead;
  readonly exchange: Exchange;
}

export interface ExchangeEvents {
  /** The peer has made room for one more message of ours. */
  onProgress(): void;
  /** A message has been taken. */
  onMessage(): void;
  /** Called exactly once. */
  onResult(result: AttemptResult): void;
}

/** Makes one attempt's call of many messages, which has one result like a unary one. */
export function startExchange(
  { channel, head, exchange }: ExchangeCall,
  clock: Clock,
  events: ExchangeEvents,
): CancelCall {
  const sentUs = clock.nowUs();
  const reader = exchange.openReader();
  let messageCount = 0;
  let firstUs: number | undefined;
  const isStream = !exchange.isAnsweredOnce;
  const isMiscounted = (end: CallEnd) => !isStream && end.status === "OK" && messageCount !== 1;
  const { cancel } = channel.stream(
    { ...head, requests: told(exchange.requests, () => events.onProgress()) },
    {
      onMessage(message) {
        firstUs ??= clock.nowUs() - sentUs;
        messageCount++;
        reader.take(message);
        events.onMessage();
      },
      onEnd(end) {
        if (isMiscounted(end)) events.onResult(wrongCount(messageCount));
        else events.onResult({ ...end, taken: { reader, isStream, messageCount, firstUs } });
      },
    },
  );
  return cancel;
}

function* told(messages: Iterable<Uint8Array>, onTaken: () => void): Generator<Uint8Array> {
  for (const message of messages) {
    onTaken();
    yield message;
  }
}
