import { expect, test } from "bun:test";
import { didYouMean, nearest } from "./nearest.ts";

const flags = ["port", "host", "duration", "replicas", "attempt-timeout"];

test.each([
  ["ports", "port"],
  ["prot", "port"],
  ["dur", "duration"],
  ["attempt-timout", "attempt-timeout"],
  ["replica", "replicas"],
])("nearest(%j) is %j", (word, candidate) => {
  expect(nearest(word, flags)).toBe(candidate);
});

test("nearest() suggests nothing for a word that resembles no candidate", () => {
  expect(nearest("xylophone", flags)).toBeUndefined();
  expect(nearest("port", [])).toBeUndefined();
});

test("didYouMean() is a clause to append, or nothing", () => {
  expect(didYouMean("prot", flags)).toBe('; did you mean "port"?');
  expect(didYouMean("xylophone", flags)).toBe("");
});
