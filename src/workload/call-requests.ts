import { parseCheckedJson } from "../rpc/schema/parse-json.ts";
import { type Call, isIdempotent } from "./call.ts";
import { type DataItem, DataOrder, valuesOf } from "./call-data.ts";
import type { TemplateValues } from "./call-template.ts";
import type { CalledMethod } from "./workload.ts";

export interface CallWorkloadOptions {
  /** Of the order of requests and of random values. */
  readonly seed: number;
  readonly nowUs: () => number;
}

/** What is the same for every kind of call. */
export function calledMethod(call: Call, { seed, nowUs }: CallWorkloadOptions): CalledMethod {
  const { method, metadata, requestIdHeader, expectation } = call;
  return {
    path: method.path,
    isIdempotent: isIdempotent(call),
    metadataOf: (number, id) => ({
      // Other numbers than the data's holes have.
      ...metadata.render(valuesOf(~seed, number, nowUs())),
      ...(requestIdHeader === undefined ? {} : { [requestIdHeader]: id }),
    }),
    expectedStatuses: expectation.statuses,
    hideSecrets: metadata.hideSecrets,
  };
}

/** Requests of one message each, by their numbers. */
export interface SingleMessages {
  bytesOf(number: number): Uint8Array;
  /**
   * What was asked: the same for those who must be answered alike. Holes of the data are random
   * ones alone where answers are compared: by the seed, thus alike.
   */
  keyOf(number: number): string;
}

/** Each request takes one item of the data. */
export function singleMessages(call: Call, { seed, nowUs }: CallWorkloadOptions): SingleMessages {
  const { items, isShuffled } = call.data;
  const order = new DataOrder(items.length, isShuffled ? seed : undefined);
  const itemOf = (number: number) => items[order.itemOf(number)];
  const valuesFor = (number: number) => valuesOf(seed, number, nowUs());
  return {
    bytesOf(number) {
      const item = itemOf(number);
      return item === undefined ? noBytes : messageOf(call, item, valuesFor(number));
    },
    keyOf(number) {
      const item = itemOf(number);
      if (item === undefined || item.bytes !== undefined) return String(order.itemOf(number));
      return item.template.render(valuesFor(number));
    },
  };
}

const noBytes = new Uint8Array();

/** Requests of all items of the data each, in their order. */
export interface MessageLists {
  messagesOf(number: number): readonly Uint8Array[];
  /** As that of SingleMessages. */
  keyOf(number: number): string;
}

/** Holes are filled once for a request, since each of its attempts must ask the same. */
export function messageLists(call: Call, { seed, nowUs }: CallWorkloadOptions): MessageLists {
  const { items } = call.data;
  const fixed = items.flatMap(({ bytes }) => bytes ?? []);
  const isFixed = fixed.length === items.length;
  return {
    messagesOf(number) {
      if (isFixed) return fixed;
      const values = valuesOf(seed, number, nowUs());
      return items.map((item) => messageOf(call, item, values));
    },
    keyOf(number) {
      if (isFixed) return "";
      const values = valuesOf(seed, number, nowUs());
      return items.map(({ template }) => template.render(values)).join("\n");
    },
  };
}

function messageOf({ method }: Call, item: DataItem, values: TemplateValues): Uint8Array {
  const { bytes, template, where } = item;
  return bytes ?? method.request.encodeChecked(parseCheckedJson(template.render(values), where));
}
