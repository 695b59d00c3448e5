import { describe, expect, test } from "bun:test";
import { methodOf } from "../../tests/support/schema-of.ts";
import { limits } from "../base/limits.ts";
import { type Call, callEntries, idempotencyText, isIdempotent } from "./call.ts";
import { dataItem, dataLines } from "./call-data.ts";
import { parseIgnoredField, parseStatuses } from "./call-expectation.ts";
import { CallMetadata } from "./call-metadata.ts";
import { callWorkload } from "./call-workload.ts";

const method = methodOf(`
  message Request { int32 n = 1; string id = 2; google.protobuf.Timestamp at = 3; }
  message Answer {
    int32 value = 1; Color color = 2; repeated Item items = 3; map<string, Item> by_name = 4;
    google.protobuf.Timestamp made_at = 5; google.protobuf.Struct free = 6;
  }
  enum Color { NONE = 0; RED = 1; }
  message Item { string title = 1; int64 unit_price = 2; }
`);

function callOf(changes: Partial<Call> = {}): Call {
  return {
    method,
    schema: "test.proto",
    data: { items: [dataItem('{"n": 1}', "--data", method)], isShuffled: false, source: "{}" },
    metadata: CallMetadata.parse([]),
    authority: undefined,
    requestIdHeader: "x-request-id",
    expectation: {
      ...{ subset: undefined, subsetText: undefined, isSame: false, ignored: [] },
      statuses: parseStatuses("OK", ""),
    },
    isDeclaredIdempotent: false,
    ...changes,
  };
}

const open = (call: Call, seed = 5) => callWorkload(call, { seed, nowUs: () => 0 });
const answer = (json: object) => method.response.encode({ ...json }, "");

/** The `n` of the first `count` requests. */
function numbersOf(call: Call, count: number, seed?: number): readonly unknown[] {
  const workload = open(call, seed);
  return Array.from({ length: count }, (_, index) => {
    const request = method.request.decode(workload.requestBytes(index + 1));
    return Object.entries(request ?? {}).find(([key]) => key === "n")?.[1];
  });
}

describe("the data of a call", async () => {
  const lines = await dataLines('{"n": 1}\n\n{"n": 2}\r\n{"n": 3}\n', "a.jsonl", method);

  test("is used in order, again and again", () => {
    const data = { items: lines, isShuffled: false, source: "a.jsonl" };
    expect(numbersOf(callOf({ data }), 7)).toEqual([1, 2, 3, 1, 2, 3, 1]);
  });

  test("shuffled, is used as a whole each time, in an order by the seed", async () => {
    const many = Array.from({ length: 20 }, (_, n) => `{"n": ${n + 1}}`).join("\n");
    const items = await dataLines(many, "a.jsonl", method);
    const call = callOf({ data: { items, isShuffled: true, source: "a.jsonl" } });
    const drawn = numbersOf(call, 40);
    const all = Array.from({ length: 20 }, (_, n) => n + 1);
    expect(drawn.slice(0, 20).toSorted((a, b) => Number(a) - Number(b))).toEqual(all);
    expect(drawn.slice(20).toSorted((a, b) => Number(a) - Number(b))).toEqual(all);
    expect(drawn.slice(0, 20)).not.toEqual(drawn.slice(20));
    expect(numbersOf(call, 40)).toEqual(drawn);
    expect(numbersOf(call, 40, 6)).not.toEqual(drawn);
  });

  test("has templates in numbers, bare or in quotes, and in texts", () => {
    for (const text of ['{"n": {{request}}}', '{"n": "{{request}}"}']) {
      const items = [dataItem(text, "--data", method)];
      const data = { items, isShuffled: false, source: text };
      expect(numbersOf(callOf({ data }), 3)).toEqual([1, 2, 3]);
    }
    dataItem('{"id": "a-{{uuid}}", "at": "{{now}}"}', "--data", method);
  });

  test("leaves others their turns while it is checked", async () => {
    const turns: string[] = [];
    const many = '{"n": 1}\n'.repeat(2 * limits.dataLinesPerTurnCount);
    const checked = dataLines(many, "a.jsonl", method).then(() => turns.push("checked"));
    setImmediate(() => turns.push("another"));
    await checked;
    expect(turns).toEqual(["another", "checked"]);
  });

  const refused: readonly (readonly [string, string])[] = [
    ['{"n": 1}\n{"m": 1}', '--data-file a.jsonl:2: shop.Request has no field "m"'],
    ['{"n": 1}\n{"n": }', "--data-file a.jsonl:2 must be JSON"],
    ["\n", "--data-file a.jsonl holds no request"],
    ['{"n": {{random 1 3000000000}}}', "n must be a whole number in -2147483648..2147483647"],
    ['{"n": {{uuid}}}', '--data-file a.jsonl:1, filled in as {"n": '],
    ['{"id": {{request}}}', "id must be a text in quotes: current value is 1"],
  ];
  for (const [text, words] of refused) {
    test(`is refused before anything is sent: ${words}`, async () => {
      await expect(dataLines(text, "a.jsonl", method)).rejects.toThrow(words);
    });
  }
});

describe("the metadata of a call", () => {
  test("has templates, keys in lower case, both values of a key, and the request's id", () => {
    const metadata = CallMetadata.parse(["Tenant=a", "n={{request}}", "tenant=b", "raw-bin=AAE="]);
    const { metadataOf } = open(callOf({ metadata, requestIdHeader: "x-trace" }));
    expect(metadataOf?.(3, "run-3")).toEqual({
      ...{ tenant: "a,b", n: "3", "raw-bin": "AAE=", "x-trace": "run-3" },
    });
    expect(open(callOf({ requestIdHeader: undefined })).metadataOf?.(1, "run-1")).toEqual({});
  });

  test("keeps to itself what may be a secret", () => {
    const keys = [
      "Authorization",
      "x-token",
      "cookie",
      "api-key",
      "my-secret",
      "password",
      "tenant",
    ];
    const metadata = CallMetadata.parse(keys.map((key) => `${key}=hidden`));
    const entries = callEntries(callOf({ metadata }));
    expect(entries["metadata"]).toEndWith("password=*** tenant=hidden");
    expect(entries["metadata"]?.match(/hidden/g)).toHaveLength(1);
  });

  const refused: readonly (readonly [string, string])[] = [
    ["tenant", "--metadata must be KEY=VALUE"],
    ["=a", "--metadata must be KEY=VALUE"],
    ["a b=c", "a key consists of letters, digits"],
    [":path=/", "a key consists of letters, digits"],
    ["grpc-timeout=1S", "gRPC keeps keys that begin with grpc- to itself"],
    ["Content-Type=a", "gRPC sets this header itself"],
    ["TE=a", "gRPC sets this header itself"],
    ["a=é", "its value must be printable ASCII"],
    ["a-bin=*", "its value must be base64"],
    ["a-bin={{uuid}}", "its value must be base64"],
    ["a-bin={{request}}", "its value must be base64"],
    ["a-bin=AAECA", "its value must be base64"],
    ["content-length=5", "gRPC sets this header itself"],
    [`a=${"x".repeat(70_000)}`, "--metadata must be at most 65536 bytes in all: it has 70001"],
    ["a={{what}}", '--metadata a: "{{what}}" must be one of'],
  ];
  for (const [text, words] of refused) {
    test(`${text.slice(0, 30)} is refused: ${words}`, () => {
      expect(() => CallMetadata.parse([text])).toThrow(words);
    });
  }

  test("errors do not quote a value, which may be a secret", () => {
    for (const text of [
      "authorization=Bearer hidden\n",
      "x-bin=hidden*",
      "authorization: hidden",
    ]) {
      expect(() => CallMetadata.parse([text])).toThrow(/^(?!.*hidden)/);
    }
  });
});

describe("the right answers of a call", () => {
  test("hold what --expect says, by value, however it is written", () => {
    const subset = method.response.canonical(
      { color: 1, by_name: { a: { unit_price: 5 } }, made_at: "2026-01-31T12:00:00+01:00" },
      "--expect",
    );
    const { faultOf } = open(callOf({ expectation: { ...callOf().expectation, subset } }));
    const right = {
      color: "RED",
      byName: { a: { unitPrice: "5" } },
      madeAt: "2026-01-31T11:00:00Z",
    };
    expect(faultOf(1, answer({ ...right, value: 7 }))).toBeUndefined();
    expect(faultOf(1, answer({ ...right, color: "NONE" }))).toBe('color is "NONE", expected "RED"');
    expect(faultOf(1, Buffer.from([7]))).toStartWith("an answer that is no shop.Answer");
  });

  test("are alike with --expect-same, request by request, but for fields that are ignored", async () => {
    const items = await dataLines('{"n": 1}\n{"n": 2}', "a.jsonl", method);
    const ignored = ["items.unit_price", "by_name.title", "made_at"].map((text) =>
      parseIgnoredField(text, method.response.desc),
    );
    const { faultOf } = open(
      callOf({
        data: { items, isShuffled: false, source: "a.jsonl" },
        expectation: { ...callOf().expectation, isSame: true, ignored },
      }),
    );
    const one = { value: 1, items: [{ unitPrice: "1" }], byName: { a: { title: "x" } } };
    const other = { value: 1, items: [{ unitPrice: "2" }], byName: { a: { title: "y" } } };
    expect(faultOf(1, answer(one))).toBeUndefined();
    expect(faultOf(3, answer({ ...other, madeAt: "2026-01-31T11:00:00Z" }))).toBeUndefined();
    expect(faultOf(2, answer({ value: 2 }))).toBeUndefined();
    expect(faultOf(4, answer({ value: 1 }))).toBe(
      "unlike the first answer: value is 1, expected 2",
    );
    expect(faultOf(5, answer({ ...one, items: [] }))).toBe(
      "unlike the first answer: items has 0 elements, expected 1",
    );
  });

  test("are compared by what was drawn where the data is drawn", () => {
    const items = [dataItem('{"n": {{random 1 2}}}', "--data", method)];
    const data = { items, isShuffled: false, source: "" };
    const call = callOf({ data, expectation: { ...callOf().expectation, isSame: true } });
    const { faultOf } = open(call);
    for (const [index, n] of numbersOf(call, 50).entries()) {
      expect(faultOf(index + 1, answer({ value: Number(n) }))).toBeUndefined();
    }
  });

  test("fields to ignore are checked, but for what is within free objects", () => {
    const parse = (text: string) => parseIgnoredField(text, method.response.desc);
    expect(parse("free.a.b").path).toEqual(["free", "a", "b"]);
    expect(parse("by_name").path).toEqual(["byName"]);
    expect(() => parse("items.titel")).toThrow('did you mean "title"?');
    expect(() => parse("valeu")).toThrow('shop.Answer has no field "valeu"');
    expect(() => parse("value.x")).toThrow("has no field");
    expect(() => parse("made_at.seconds")).toThrow("has no field");
  });

  test("have the statuses that are expected", () => {
    expect([...parseStatuses("ok, not_found", "--expect-status")]).toEqual(["OK", "NOT_FOUND"]);
    const parse = (text: string) => () => parseStatuses(text, "--expect-status");
    expect(parse("OK,NOTFOUND")).toThrow('did you mean "NOT_FOUND"?');
    expect(parse("UNAVAILABLE")).toThrow("UNAVAILABLE says that there was none");
  });
});

test("whether a call may be executed twice is the schema's word, or the user's", () => {
  expect(isIdempotent(callOf())).toBe(false);
  expect(idempotencyText(callOf())).toBe("no (the schema does not say so; --idempotent would)");
  const declared = callOf({ isDeclaredIdempotent: true });
  expect([isIdempotent(declared), idempotencyText(declared)]).toEqual([true, "yes (--idempotent)"]);
  const known = callOf({ method: { ...method, idempotency: "no-side-effects" } });
  expect(idempotencyText(known)).toBe("yes (the schema says NO_SIDE_EFFECTS)");
});
