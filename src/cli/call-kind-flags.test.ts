import { expect, test } from "bun:test";
import { routeGuideMethod } from "../../tests/support/route-guide/schema.ts";
import type { CallFlagValues } from "./call-flags.ts";
import { checkCallKind } from "./call-kind-flags.ts";

type Given = Pick<CallFlagValues, "data" | "dataFile" | "shuffle">;

const nothing: Given = { data: undefined, dataFile: undefined, shuffle: false };

function refusal(method: string, given: Partial<Given>): string | undefined {
  try {
    checkCallKind(routeGuideMethod(method), { ...nothing, ...given });
    return undefined;
  } catch (error) {
    return String(error);
  }
}

test.each([
  ["RecordRoute", "client"],
  ["RouteChat", "bidi"],
])("%s needs the messages that it sends", (method, kind) => {
  expect(refusal(method, {})).toContain(
    `--call routeguide.RouteGuide/${method} needs the messages that it sends (it is ${kind} streaming)`,
  );
  expect(refusal(method, { data: "{}" })).toBeUndefined();
  expect(refusal(method, { dataFile: "a.jsonl" })).toBeUndefined();
});

test("messages of one call are in their order, so that there is nothing to shuffle", () => {
  expect(refusal("RouteChat", { dataFile: "a.jsonl", shuffle: true })).toContain(
    "--shuffle does not go with --call routeguide.RouteGuide/RouteChat",
  );
});

test.each(["GetFeature", "ListFeatures"])("%s may go without data, and be shuffled", (method) => {
  expect(refusal(method, {})).toBeUndefined();
  expect(refusal(method, { dataFile: "a.jsonl", shuffle: true })).toBeUndefined();
});
