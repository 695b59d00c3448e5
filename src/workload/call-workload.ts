import type { Call } from "./call.ts";
import { AnswerJudge } from "./call-expectation.ts";
import { type CallWorkloadOptions, calledMethod, singleMessages } from "./call-requests.ts";
import type { Workload } from "./workload.ts";

/** Requests of a unary call with the data of the user, judged by what the user expects. */
export function callWorkload(call: Call, options: CallWorkloadOptions): Workload {
  const judge = new AnswerJudge(call.expectation, call.method.response);
  const { bytesOf, keyOf } = singleMessages(call, options);
  return {
    ...calledMethod(call, options),
    requestBytes: bytesOf,
    faultOf: (number, response) => judge.fault(() => keyOf(number), response),
  };
}
