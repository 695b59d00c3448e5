import { expect, test } from "bun:test";
import type { JsonValue } from "@bufbuild/protobuf";
import { routeGuideMethod } from "../../tests/support/route-guide/schema.ts";
import { limits } from "../base/limits.ts";
import { SequenceJudge } from "./answer-sequence.ts";
import type { CallExpectation } from "./call-expectation.ts";

const noteType = routeGuideMethod("RouteChat").response;

const expectation: CallExpectation = {
  ...{ subset: undefined, subsetText: undefined, isSame: false, ignored: [] },
  statuses: new Set(["OK"]),
};

/** What is wrong with answers of these notes, one after the other. */
function faults(
  expected: Partial<CallExpectation>,
  ...answers: readonly (readonly JsonValue[])[]
): (string | undefined)[] {
  const judge = new SequenceJudge({ ...expectation, ...expected }, noteType);
  return answers.map((messages) => {
    const reader = judge.openReader(() => "all");
    for (const message of messages) reader.take(noteType.encode(message, "a test"));
    return reader.fault();
  });
}

const [a, b] = [{ message: "a" }, { message: "b" }];

test("without an expectation every answer is right, even one that cannot be read", () => {
  expect(faults({}, [a], [])).toEqual([undefined, undefined]);
  const reader = new SequenceJudge(expectation, noteType).openReader(() => "");
  reader.take(new Uint8Array([0xff]));
  expect(reader.fault()).toBeUndefined();
});

test("what must be held must be held by every message, and there must be one", () => {
  const subset = { subset: a };
  expect(faults(subset, [a, { ...a, location: { latitude: 1 } }], [a, b, b], [])).toEqual([
    undefined,
    'message 2: message is "b", expected "a"',
    "the answer has no message",
  ]);
});

test("answers that must be alike are, as sequences, the first one", () => {
  expect(faults({ isSame: true }, [a, b], [a, b], [b, a], [a], [a, b, a], [])).toEqual([
    undefined,
    undefined,
    'unlike the first answer: message 1: message is "b", expected "a"',
    "unlike the first answer: 1 message, expected 2",
    "unlike the first answer: 3 messages, expected 2",
    "unlike the first answer: 0 messages, expected 2",
  ]);
});

test("fields that are ignored make no difference", () => {
  const ignored = [{ text: "location.latitude", path: ["location", "latitude"] }];
  const at = (latitude: number, longitude: number) => [{ ...a, location: { latitude, longitude } }];
  expect(faults({ isSame: true, ignored }, at(1, 2), at(3, 2), at(1, 4))).toEqual([
    undefined,
    undefined,
    "unlike the first answer: message 1: location.longitude is 4, expected 2",
  ]);
});

test("a difference far behind is found, though the messages there are not kept", () => {
  const long = new Array<JsonValue>(limits.callReferenceBeginCount + 5).fill(a);
  const changed = [...long.slice(0, -1), b];
  expect(faults({ isSame: true }, long, long, changed)).toEqual([
    undefined,
    undefined,
    `unlike the first answer: message ${long.length} differs`,
  ]);
});

test("a wrong answer sets no example for others", () => {
  expect(faults({ isSame: true, subset: a }, [a, b], [a], [a, a])).toEqual([
    'message 2: message is "b", expected "a"',
    undefined,
    "unlike the first answer: 2 messages, expected 1",
  ]);
});

test("a message that cannot be read is wrong where messages are looked at", () => {
  const judge = new SequenceJudge({ ...expectation, isSame: true }, noteType);
  const reader = judge.openReader(() => "all");
  reader.take(new Uint8Array([0xff]));
  expect(reader.fault()).toStartWith("message 1: no routeguide.RouteNote: ");
});
