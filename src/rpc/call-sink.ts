import type { CallEnd, StreamEvents, UnaryResult } from "./channel.ts";

/** The messages and the end of a unary call as one result, which has exactly one message if OK. */
export function unarySink(onResult: (result: UnaryResult) => void): StreamEvents {
  let response: Uint8Array | undefined;
  let messageCount = 0;
  return {
    onMessage(message) {
      response = message;
      messageCount++;
    },
    onEnd(end) {
      if (end.status !== "OK") onResult(end);
      else if (response === undefined || messageCount !== 1) onResult(wrongCount(messageCount));
      else onResult({ ...end, response });
    },
  };
}

/** gRPC's statuscodes.md: "Response cardinality violation". */
export function wrongCount(messageCount: number): CallEnd {
  const detail = `the answer has ${messageCount} messages instead of one`;
  return { status: "UNIMPLEMENTED", detail, mayHaveExecuted: true };
}
