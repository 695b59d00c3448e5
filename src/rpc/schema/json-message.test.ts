import { describe, expect, test } from "bun:test";
import type { JsonValue } from "@bufbuild/protobuf";
import { methodOf, schemaOf } from "../../../tests/support/schema-of.ts";
import { parseJson } from "./parse-json.ts";

const { request } = methodOf(`
  message Request {
    int32 small = 1;
    int64 large = 2;
    uint64 unsigned = 3;
    double real = 4;
    float single = 5;
    bool yes = 6;
    string text = 7;
    bytes raw = 8;
    Color color = 9;
    oneof choice { string name = 10; int32 number = 11; Item thing = 12; }
    optional int32 maybe = 13;
    repeated Item items = 14;
    map<string, Item> by_name = 15;
    map<int64, Color> by_number = 16;
    google.protobuf.Timestamp since = 17;
    google.protobuf.Duration within = 18;
    google.protobuf.Int64Value wrapped = 19;
    google.protobuf.Any anything = 20;
    google.protobuf.Struct free = 21;
    google.protobuf.Value value = 22;
    string renamed = 23 [json_name = "other"];
    map<bool, int32> by_truth = 24;
  }
  enum Color { NONE = 0; RED = 1; BLUE = -3; }
  message Item { string title = 1; double unit_price = 2; }
  message Answer {}
`);

function decoded(text: string): JsonValue {
  return request.decode(request.encode(parseJson(text, "--data"), "--data"));
}

function refusal(text: string): string {
  try {
    request.encode(parseJson(text, "--data"), "--data");
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no refusal";
}

describe("a request in JSON", () => {
  const survives: readonly (readonly [string, string, unknown])[] = [
    ["a 64-bit integer beyond 2^53, bare", '{"large": 9007199254740993}', "9007199254740993"],
    ["a 64-bit integer as a text", '{"large": "-5"}', "-5"],
    ["a small integer as a text", '{"small": "7"}', 7],
    ["an unsigned one at its end", '{"unsigned": 18446744073709551615}', "18446744073709551615"],
    ["a number that is none", '{"real": "NaN"}', "NaN"],
    ["bytes, URL-safe and without padding", '{"raw": "-_8"}', "+/8="],
    ["an enum by its name", '{"color": "BLUE"}', "BLUE"],
    ["an enum by its number", '{"color": 1}', "RED"],
    ["an enum of a later version", '{"color": 77}', 77],
    ["one of a oneof", '{"name": "a"}', "a"],
    ["an optional zero", '{"maybe": 0}', 0],
    ["messages in a list", '{"items": [{"unit_price": 1.5}]}', [{ title: "", unitPrice: 1.5 }]],
    [
      "messages in a map",
      '{"by_name": {"a": {"title": "t"}}}',
      { a: { title: "t", unitPrice: 0 } },
    ],
    ["a map by numbers", '{"byNumber": {"5": "RED"}}', { "5": "RED" }],
    ["a map by truth", '{"by_truth": {"true": 1}}', { true: 1 }],
    ["a time", '{"since": "2026-01-31T12:00:00+01:00"}', "2026-01-31T11:00:00Z"],
    ["a duration", '{"within": "1.5s"}', "1.500s"],
    ["a wrapper", '{"wrapped": 5}', "5"],
    ["a wrapped zero", '{"wrapped": "0"}', "0"],
    ["a free object", '{"free": {"a": [1, null, {"b": true}]}}', { a: [1, null, { b: true }] }],
    ["a null that is a value", '{"value": null}', null],
    ["a field by its own JSON name", '{"other": "a"}', "a"],
  ];
  for (const [what, text, value] of survives) {
    test(`keeps ${what}`, () => {
      const [key = ""] = Object.keys(JSON.parse(text));
      const name = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      expect(decoded(text)).toHaveProperty(name, value);
    });
  }

  test("keeps an Any by its type", () => {
    const anything = { "@type": "type.googleapis.com/shop.Item", title: "t", unitPrice: 0 };
    const text = '{"anything": {"@type": "type.googleapis.com/shop.Item", "title": "t"}}';
    expect(decoded(text)).toHaveProperty("anything", anything);
    const time = '{"anything": {"@type": "a/google.protobuf.Duration", "value": "3s"}}';
    expect(decoded(time)).toHaveProperty("anything.value", "3s");
  });

  test("leaves out what is null", () => {
    expect(request.encode({ maybe: null, items: null, name: null, since: null }, "")).toHaveLength(
      0,
    );
  });

  const refused: readonly (readonly [string, string])[] = [
    ['{"smal": 1}', 'shop.Request has no field "smal": it has small, large,'],
    ['{"smal": 1}', 'did you mean "small"?'],
    ['{"items": [{}, {"titel": 1}]}', 'shop.Item has no field "titel", at items[1].titel'],
    ['{"by_name": {"a b": {"title": 1}}}', 'by_name["a b"].title must be a text in quotes'],
    ['{"small": 3000000000}', "small must be a whole number in -2147483648..2147483647"],
    ['{"small": 1.5}', "current value is 1.5"],
    ['{"large": "x"}', "large must be a whole number in -9223372036854775808.."],
    ['{"unsigned": -1}', "unsigned must be a whole number in 0..18446744073709551615"],
    ['{"yes": 1}', "yes must be true or false: current value is 1"],
    ['{"raw": "*"}', "raw must be bytes as base64 in quotes"],
    [
      '{"color": "REDD"}',
      'color must be one of NONE, RED, BLUE (shop.Color): current value is "REDD"',
    ],
    ['{"color": "REDD"}', 'did you mean "RED"?'],
    ['{"name": "a", "number": 1}', 'name and number are of the oneof "choice": give one of them'],
    ['{"by_name": {}, "byName": {}}', "by_name and byName name one field"],
    ['{"items": {}}', "items must be a list: current value is {}"],
    ['{"items": [null]}', "items[0] must be an object (shop.Item): current value is null"],
    ['{"by_number": {"x": "RED"}}', 'by_number["x"] must be keyed by a whole number'],
    ['{"since": "yesterday"}', 'since must be a time such as "2026-01-31T12:00:00Z" (RFC 3339)'],
    ['{"within": 5}', 'within must be seconds such as "1.5s"'],
    ['{"anything": {"@type": "a/shop.Itm"}}', "anything.@type must be a message of the schema"],
    ['{"anything": {"title": "t"}}', "anything.@type must be the type's name"],
    ["[]", "--data must be an object (shop.Request): current value is []"],
    ["{", "--data must be JSON"],
  ];
  for (const [text, words] of refused) {
    test(`refuses ${text}: ${words}`, () => {
      expect(refusal(text)).toContain(words);
      expect(refusal(text)).toStartWith("--data");
    });
  }

  test("quotes no more of a value than fits on a line", () => {
    expect(refusal(`{"small": "${"x".repeat(5000)}"}`).length).toBeLessThan(300);
  });
});

test("proto2: what is required, defaults, groups, closed enums, extensions", () => {
  const { request: old } = schemaOf(`
    package old;
    service S { rpc M(Order) returns (Order); }
    message Order {
      required int32 id = 1;
      optional string currency = 2 [default = "EUR"];
      repeated group Line = 3 { optional int32 count = 1; }
      optional Kind kind = 4;
      extensions 100 to 199;
    }
    enum Kind { A = 5; B = 6; }
    extend Order { optional string note = 100; }
  `).method("old.S/M", "--call");
  const json = { id: 1, line: [{ count: 2 }], kind: "B", "[old.note]": "hi" };
  expect(old.decode(old.encode(json, "--data"))).toEqual(json);
  expect(() => old.encode({}, "--data")).toThrow("required field not set");
  expect(() => old.encode({ id: 1, kind: 7 }, "--data")).toThrow("kind must be one of A, B");
});
