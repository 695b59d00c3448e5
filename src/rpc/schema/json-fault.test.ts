import { describe, expect, test } from "bun:test";
import { seededRandom } from "../../base/random.ts";
import { jsonFault } from "./json-fault.ts";

describe("jsonFault()", () => {
  const place = (text: string) => jsonFault(text)?.words;

  test.each([
    ["", "it is empty"],
    [" \n", "it is empty"],
    ["{", "it ends where a key in double quotes or } must be"],
    ["[", "it ends where a value or ] must be"],
    ['{"a"', "it ends where a colon must be"],
    ['{"a":', "it ends where a value must be"],
    ['{"a":1', "it ends where , or } must be"],
    ["[1", "it ends where , or ] must be"],
    ['{"a":1,', "it ends where a key in double quotes must be"],
    ['{"a', "it ends within a text in quotes"],
    ['{"a":1,}', 'column 8 has "}" where a key in double quotes must be'],
    ["[1,]", 'column 4 has "]" where a value must be'],
    ["{'a':1}", `column 2 has "'" where a key in double quotes or } must be`],
    ["{a:1}", 'column 2 has "a" where a key in double quotes or } must be'],
    ['{"a" 1}', 'column 6 has "1" where a colon must be'],
    ['{"a":nil}', 'column 6 has "nil" where a value must be'],
    ['{"a":NaN}', 'column 6 has "NaN" where a value must be'],
    ['{"a":1.}', 'column 7 has "." where , or } must be'],
    ['{"a":01}', 'column 7 has "1" where , or } must be'],
    ['{"a":+1}', 'column 6 has "+1" where a value must be'],
    ['{"a":1]', 'column 7 has "]" where , or } must be'],
    ["[1}", 'column 3 has "}" where , or ] must be'],
    ["{]", 'column 2 has "]" where a key in double quotes or } must be'],
    ["[}", 'column 2 has "}" where a value or ] must be'],
    ['{"a":1} x', 'column 9 has "x" where its end must be'],
    ['{"é😀": 1 "b": 2}', "column 10 has a text in quotes where , or } must be"],
    ['{\n  "a": 1\r\n  "b": 2\n}', "line 3, column 3 has a text in quotes where , or } must be"],
    ['{"a": x}\n', 'column 7 has "x" where a value must be'],
    ['"a\tb"', "column 3 has a control character within a text, where it is written as \\u0009"],
    ['"a\nb"', "line 1, column 3 has a control character within a text, where it is written as"],
    ['"\\x"', "column 2 has \\x within a text, where a \\ begins"],
    ['"\\u12"', "column 2 has \\u within a text"],
  ])("of %j is: %s", (text, words) => {
    expect(place(text)).toStartWith(words);
    expect(jsonFault(text)?.rule).toBe("be JSON");
  });

  test.each([
    ['{"a": 1, "a": 2}', 'column 10 gives "a" once more'],
    ['{"a": 1, "\\u0061": 2}', 'column 10 gives "a" once more'],
    ['[{"b": {"a": {}, "c": [], "a": 2}}]', 'column 27 gives "a" once more'],
    ['{\n"__proto__": 1,\n"__proto__": 1}', 'line 3, column 1 gives "__proto__" once more'],
  ])("of %j is a key: %s", (text, words) => {
    expect(jsonFault(text)).toEqual({ rule: "give each key of an object once", words });
  });

  test.each([
    '{"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]}',
    '["a", "a", {"a": "a"}]',
    '"{\\"a\\":1,\\"a\\":2}"',
    " \t\r\n[ ] ",
    "{}",
    "-0.5e+10",
    '"\u007f\u2028\\/\\ud800"',
    "[[],[[]],{}]",
  ])("of %s there is none", (text) => {
    expect(jsonFault(text)).toBeUndefined();
  });

  test("agrees with JSON.parse() on texts that were damaged", () => {
    const random = seededRandom(7);
    const whole = '{"a":[1,-2.5e3,true,null,"x\\n\\u00e9"],"b":{"c":{},"d":[]}, "e":""}';
    const letters = '{}[]",:\\ \n0123-+.eEtrufalsn';
    const pick = (count: number) => Math.floor(random.next() * count);
    for (let round = 0; round < 5000; round++) {
      let text = whole;
      for (let edit = pick(3); edit >= 0; edit--) {
        const at = pick(text.length);
        text = text.slice(0, at) + letters.charAt(pick(letters.length)) + text.slice(at + pick(3));
      }
      const fault = jsonFault(text);
      const isJson = fault === undefined || fault.rule !== "be JSON";
      expect({ text, isJson }).toEqual({ text, isJson: isParsed(text) });
    }
  });

  test("takes any depth and any length", () => {
    expect(jsonFault(`${"[".repeat(200_000)}${"]".repeat(200_000)}`)).toBeUndefined();
    expect(jsonFault(`["${"x".repeat(5_000_000)}${"\\n".repeat(500_000)}"]`)).toBeUndefined();
  });
});

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
