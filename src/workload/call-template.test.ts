import { expect, test } from "bun:test";
import { seededRandom } from "../base/random.ts";
import { valuesOf } from "./call-data.ts";
import { parseTemplate } from "./call-template.ts";

const values = { number: 17, nowUs: 1_769_860_800_123_000, random: seededRandom(1) };

test("holes are filled, blanks within them do not matter", () => {
  const template = parseTemplate('{"n": {{request}}, "t": "{{ now }}"}', "--data");
  expect(template.render(values)).toBe('{"n": 17, "t": "2026-01-31T12:00:00.123Z"}');
  expect(template.holes).toEqual(["request", "now"]);
  expect(parseTemplate('{"a": {"b": {}}}', "--data").holes).toEqual([]);
});

test("each uuid is another one", () => {
  const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
  const text = parseTemplate("{{uuid}} {{uuid}}", "--data").render(values);
  expect(text).toMatch(new RegExp(`^${uuid} ${uuid}$`));
  const [first, second] = text.split(" ");
  expect(first).not.toBe(second);
});

test("random numbers are within both ends, reach them, and are the seed's", () => {
  const template = parseTemplate("{{random -2 3}}", "--data");
  const draw = (seed: number, number: number) => template.render(valuesOf(seed, number, 0));
  const drawn = Array.from({ length: 500 }, (_, index) => draw(7, index + 1));
  expect(drawn).toEqual(Array.from({ length: 500 }, (_, index) => draw(7, index + 1)));
  expect(drawn).not.toEqual(Array.from({ length: 500 }, (_, index) => draw(8, index + 1)));
  expect(new Set(drawn)).toEqual(new Set(["-2", "-1", "0", "1", "2", "3"]));
});

const wrong: readonly (readonly [string, string])[] = [
  [
    "{{rnadom 1 2}}",
    'must be one of {{request}}, {{uuid}}, {{now}}, {{random 1 100}}; did you mean "random"?',
  ],
  ["{{}}", "must be one of {{request}}"],
  ["{{random}}", "must be {{random LOW HIGH}}"],
  ["{{random 5 1}}", "must be {{random LOW HIGH}}, two whole numbers, the lower first"],
  ["{{random 1 x}}", "must be {{random LOW HIGH}}"],
  ["{{random 1 99999999999999999}}", "must be {{random LOW HIGH}}"],
  ["{{request 5}}", "must be {{request}}, with nothing after it"],
];
for (const [text, words] of wrong) {
  test(`${text} is refused`, () => {
    expect(() => parseTemplate(text, "--data")).toThrow(words);
  });
}
