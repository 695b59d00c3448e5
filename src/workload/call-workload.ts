import { parseJson } from "../rpc/schema/parse-json.ts";
import { type Call, isIdempotent } from "./call.ts";
import { DataOrder, valuesOf } from "./call-data.ts";
import { AnswerJudge } from "./call-expectation.ts";
import type { Workload } from "./workload.ts";

export interface CallWorkloadOptions {
  /** Of the order of requests and of random values. */
  readonly seed: number;
  readonly nowUs: () => number;
}

/** Requests of a unary call with the data of the user, judged by what the user expects. */
export function callWorkload(call: Call, { seed, nowUs }: CallWorkloadOptions): Workload {
  const { method, data, metadata, requestIdHeader, expectation } = call;
  const order = new DataOrder(data.items.length, data.isShuffled ? seed : undefined);
  const judge = new AnswerJudge(expectation, method.response);
  const itemOf = (number: number) => data.items[order.itemOf(number)];
  const textOf = (number: number) =>
    itemOf(number)?.template.render(valuesOf(seed, number, nowUs())) ?? "{}";
  const encode = (number: number, text: string) =>
    method.request.encodeChecked(parseJson(text, itemOf(number)?.where ?? ""));
  return {
    path: method.path,
    isIdempotent: isIdempotent(call),
    requestBytes: (number) => itemOf(number)?.bytes ?? encode(number, textOf(number)),
    metadataOf: (number, id) => ({
      // Other numbers than the data's holes have.
      ...metadata.render(valuesOf(~seed, number, nowUs())),
      ...(requestIdHeader === undefined ? {} : { [requestIdHeader]: id }),
    }),
    expectedStatuses: expectation.statuses,
    // Holes of the data are random ones alone where answers are compared: by the seed, thus alike.
    faultOf: (number, response) => judge.fault(() => keyOf(number), response),
  };

  function keyOf(number: number): string {
    const item = order.itemOf(number);
    const isFixed = data.items[item]?.bytes !== undefined;
    return isFixed ? String(item) : textOf(number);
  }
}
