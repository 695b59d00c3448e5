import { SequenceJudge } from "./answer-sequence.ts";
import { type Call, sendsStream } from "./call.ts";
import {
  type CallWorkloadOptions,
  calledMethod,
  messageLists,
  singleMessages,
} from "./call-requests.ts";
import type { ExchangeWorkload } from "./workload.ts";

/**
 * Requests of a call that is not unary. Where the client sends a stream, each request sends all
 * of the data, an item a message; else one item of it, as a unary one does.
 */
export function exchangeWorkload(call: Call, options: CallWorkloadOptions): ExchangeWorkload {
  const { method, expectation } = call;
  const judge = new SequenceJudge(expectation, method.response);
  const { messagesOf, keyOf } = sendsStream(method) ? messageLists(call, options) : oneEach();
  return {
    ...calledMethod(call, options),
    isAnsweredOnce: method.kind === "client",
    requestMessages: messagesOf,
    openReader: (number) => judge.openReader(() => keyOf(number)),
  };

  function oneEach() {
    const single = singleMessages(call, options);
    return { messagesOf: (number: number) => [single.bytesOf(number)], keyOf: single.keyOf };
  }
}
