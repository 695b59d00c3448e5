import { expect, test } from "bun:test";
import { routeGuideMethod } from "../../tests/support/route-guide/schema.ts";
import type { Call } from "./call.ts";
import { dataItem } from "./call-data.ts";
import { exchangeWorkload } from "./call-exchange.ts";
import { CallMetadata } from "./call-metadata.ts";

function callOf(methodName: string, text: string, other: Partial<Call> = {}): Call {
  const method = routeGuideMethod(methodName);
  const lines = text.split("\n").filter((line) => line !== "");
  const items = lines.map((line) => dataItem(line, "a.jsonl", method));
  return {
    ...{ method, schema: "a.proto", authority: undefined, requestIdHeader: "x-request-id" },
    data: { items, isShuffled: false, source: "a.jsonl" },
    metadata: CallMetadata.parse([]),
    expectation: {
      ...{ subset: undefined, subsetText: undefined, isSame: true, ignored: [] },
      statuses: new Set(["OK"]),
    },
    isDeclaredIdempotent: false,
    ...other,
  };
}

const options = { seed: 7, nowUs: () => 0 };

/** The messages of a request, read again. */
function asked(call: Call, number: number) {
  const messages = exchangeWorkload(call, options).requestMessages(number);
  return Array.from(messages, (bytes) => call.method.request.decode(bytes));
}

const notes = '{"message":"a"}\n\n{"message":"b {{request}} {{random 1 1000000}}"}';

test("where the client sends a stream, every request sends all of the data, in order", () => {
  const call = callOf("RecordRoute", '{"latitude":1}\n{"latitude":2}\n{"latitude":3}');
  for (const number of [1, 2]) {
    expect(asked(call, number)).toMatchObject([{ latitude: 1 }, { latitude: 2 }, { latitude: 3 }]);
  }
  const workload = exchangeWorkload(call, options);
  expect(workload).toMatchObject({ isAnsweredOnce: true, isIdempotent: false });
  // Made once, not for every request.
  expect(workload.requestMessages(1)).toBe(workload.requestMessages(2));
});

test("where the server alone sends a stream, each request sends one item of the data", () => {
  const call = callOf("ListFeatures", '{"lo":{"latitude":1}}\n{"lo":{"latitude":2}}');
  expect([1, 2, 3].map((number) => asked(call, number))).toMatchObject([
    [{ lo: { latitude: 1 } }],
    [{ lo: { latitude: 2 } }],
    [{ lo: { latitude: 1 } }],
  ]);
  expect(exchangeWorkload(call, options)).toMatchObject({
    ...{ isAnsweredOnce: false, isIdempotent: true },
    path: "/routeguide.RouteGuide/ListFeatures",
  });
});

test("holes are filled once for a request, so that each of its attempts asks the same", () => {
  const call = callOf("RouteChat", notes);
  const workload = exchangeWorkload(call, options);
  const messages = workload.requestMessages(5);
  expect([...messages]).toEqual([...messages]);
  expect(asked(call, 5)).toMatchObject([
    { message: "a" },
    { message: expect.stringMatching(/^b 5 \d+$/) },
  ]);
  expect(asked(call, 6)).not.toEqual(asked(call, 5));
});

test("answers to what was asked alike are compared, and others are not", () => {
  const call = callOf("ListFeatures", '{"lo":{"latitude":1}}\n{"lo":{"latitude":2}}');
  const workload = exchangeWorkload(call, options);
  const fault = (number: number, name: string) => {
    const reader = workload.openReader(number);
    reader.take(call.method.response.encode({ name }, "a test"));
    return reader.fault();
  };
  expect(fault(1, "one")).toBeUndefined();
  expect(fault(2, "two")).toBeUndefined();
  expect(fault(3, "one")).toBeUndefined();
  expect(fault(4, "one")).toContain("unlike the first answer");
});

test("metadata and statuses are as for unary calls", () => {
  const metadata = CallMetadata.parse(["tenant=t{{request}}"]);
  const workload = exchangeWorkload(callOf("RouteChat", notes, { metadata }), options);
  expect(workload.metadataOf?.(3, "run-3")).toEqual({ tenant: "t3", "x-request-id": "run-3" });
  expect(workload.expectedStatuses).toEqual(new Set(["OK"]));
});
