import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { schemaText } from "../../tests/support/guide-schema.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { callFlags, checkCallFlags } from "./call-flags.ts";
import { callOfFlags } from "./call-of-flags.ts";
import { graphFlags } from "./graph-flags.ts";
import { serviceLines } from "./list-services.ts";
import { loadFlags } from "./load-flags.ts";
import { streamFlags } from "./stream-flags.ts";
import { parseStrictly, readFlags } from "./strict-args.ts";

const flags = { ...loadFlags, ...streamFlags, ...graphFlags, ...callFlags };

/** The flags of a command line, checked. */
function valuesOf(...words: readonly string[]) {
  const args = parseStrictly(["--replicas", "localhost:1", ...words], flags, false);
  const values = readFlags(flags, args);
  checkCallFlags(values, new Set(args.texts.keys()));
  return values;
}

const servers = {
  replicas: [],
  openChannel: () => {
    throw new Error("no server is asked");
  },
};

const call = ["--call", "guide.Guide/Find"];

const refused: readonly (readonly [readonly string[], string])[] = [
  [["--data", "{}"], "--data is of calls: add --call package.Service/Method"],
  [["--proto", "a.proto"], "--proto is of calls"],
  [["--expect-same"], "--expect-same is of calls"],
  [["--list", "--data", "{}"], "--list makes no calls: --data says nothing beside it"],
  [["--list", "--rate", "5"], "--list makes no calls: --rate says nothing beside it"],
  [["--list", ""], "--list needs a value"],
  [[...call, "--list"], "--list makes no calls"],
  [[...call, "--target", "5"], "--target is of dfs.DFSService's own question"],
  [[...call, "--graph", "path:5"], "--graph is of dfs.DFSService's own question"],
  [[...call, "--mode", "stream"], "--mode is of dfs.DFSService's own question"],
  [[...call, "--verify", "status"], "--verify is of dfs.DFSService's own question"],
  [[...call, "--proto", "a", "--protoset", "b"], "--proto and --protoset both describe services"],
  [[...call, "--authority", "a b"], "--authority must be the name of a host"],
  [[...call, "--authority", "http://x/y"], 'current value is "http://x/y"; did you mean "x"?'],
  [[...call, "--authority", "user@host:5"], 'did you mean "host:5"?'],
  [[...call, "--authority", "a:0"], "--authority must be the name of a host, with a port or"],
  [[...call, "--authority", "a:b"], "--authority must be the name of a host, with a port or"],
  [[...call, "--authority", "[a]:5"], "--authority must be the name of a host, with a port or"],
  [[...call, "--import-path", "a"], "--import-path says nothing without --proto"],
  [[...call, "--shuffle"], "--shuffle says nothing without --data-file"],
  [[...call, "--ignore-field", "a"], "--ignore-field says nothing without --expect-same"],
  [[...call, "--data", "{}", "--data-file", "a"], "--data and --data-file both are the requests"],
];
for (const [words, error] of refused) {
  test(`${words.join(" ")} is refused`, () => {
    expect(() => valuesOf(...words)).toThrow(error);
  });
}

test.each(["search", "search.example:443", "10.0.0.1:5", "[::1]", "[fd00::1]:443", "a_b."])(
  "--authority %s is taken",
  (authority) => {
    expect(valuesOf(...call, "--authority", authority)).toMatchObject({ authority });
  },
);

test("what may be the rest of a secret is not told", () => {
  const words = [...call, "--metadata", "authorization=Bearer", "hidden"];
  expect(() => valuesOf(...words)).toThrow(
    /^Unexpected argument after --metadata: blanks need quotes$/,
  );
});

test("without --call nothing changes", async () => {
  expect(await callOfFlags(valuesOf("--target", "5"), servers)).toBeUndefined();
});

test("a call is settled to the last field before anything is sent", async () => {
  using dir = tempDir();
  const proto = dir.file("guide.proto");
  writeFileSync(proto, schemaText);
  const settle = (...words: readonly string[]) =>
    callOfFlags(valuesOf(...call, "--proto", proto, ...words), servers);
  const settled = await settle("--data", '{"name": "a"}', "--expect", '{"seen_at": null}');
  expect(settled).toMatchObject({
    method: { path: "/guide.Guide/Find", kind: "unary" },
    requestIdHeader: "x-request-id",
    data: { source: '{"name": "a"}' },
    expectation: { subset: { seenAt: null } },
  });
  writeFileSync(dir.file("a.json"), '{"name": "b"}');
  expect((await settle("--data", `@${dir.file("a.json")}`))?.data.items).toHaveLength(1);
  writeFileSync(dir.file("a.jsonl"), '{"name": "b"}\n{"name": "c"}\n');
  const many = await settle("--data-file", dir.file("a.jsonl"), "--shuffle");
  expect(many?.data).toMatchObject({ isShuffled: true, source: dir.file("a.jsonl") });

  writeFileSync(dir.file("empty.json"), "");
  const wrong: readonly (readonly [readonly string[], string])[] = [
    [["--data", '{"nmae": "a"}'], '--data: guide.Query has no field "nmae"'],
    [["--expect", '{"name": "{{request}}"}'], "--expect takes no templates"],
    [["--expect", '{"heigth": 1}'], '--expect: guide.Place has no field "heigth"'],
    [["--data", `@${dir.file("none.json")}`], "Cannot read --data"],
    [["--expect-same", "--data", '{"name": "{{uuid}}"}'], "each another one by {{uuid}}"],
    [["--request-id-header", "te"], "--request-id-header must be a key of metadata, such as"],
    [["--request-id-header", "Authorization"], "none (authorization has a meaning of its own)"],
    [["--request-id-header", "user-agent"], "such as x-request-id, or none (user-agent has a"],
    [["--request-id-header", "grpc-a"], "gRPC keeps keys that begin with grpc- to itself"],
    [["--metadata", "x-request-id=1"], "--request-id-header names another, or none"],
    [["--expect", '{"path": "{{request}}"}'], "--expect takes no templates"],
    [["--expect", "{}", "--expect-status", "NOT_FOUND"], "--expect says nothing when"],
    [["--expect-same", "--expect-status", "NOT_FOUND"], "--expect-same says nothing when"],
    [["--data", "@"], "--data must name a file after @"],
    [["--data", `@${dir.file("empty.json")}`], "empty.json must be JSON: it is empty"],
    [["--data", '{"name": "a" "b"}'], "--data must be JSON: column 14 has a text in quotes where"],
    [
      ["--data", '{"name": "a", "name": "b"}'],
      "--data must give each key of an object once: column",
    ],
    [["--import-path", dir.file("none")], "none is no directory"],
    [["--expect-status", "OKAY"], 'did you mean "OK"?'],
  ];
  for (const [words, error] of wrong) await expect(settle(...words)).rejects.toThrow(error);
});

test("--list prints services, then methods, kinds, idempotency and messages", async () => {
  using dir = tempDir();
  const proto = dir.file("guide.proto");
  writeFileSync(proto, schemaText);
  const list = (...words: readonly string[]) =>
    serviceLines(valuesOf("--proto", proto, ...words), servers);
  expect(await list("--list")).toEqual([`Services in ${proto}:`, "  guide.Guide"]);
  const twice = ["--proto", `${dir.path}/../${basename(dir.path)}/guide.proto`, "--list"];
  expect(await list(...twice)).toEqual([`Services in ${proto}:`, "  guide.Guide"]);
  expect(await list("--list", "guide.Guide")).toEqual([
    `guide.Guide, in ${proto}:`,
    "  Find  unary             idempotent (IDEMPOTENT)     guide.Query -> guide.Place",
    "  Note  unary             not known to be idempotent  guide.Query -> guide.Place",
    "  Walk  server streaming  not known to be idempotent  guide.Query -> guide.Place",
    "",
    "message guide.Query",
    "  string name = 1",
    "",
    "message guide.Place",
    "  optional int32 height = 1",
    "  google.protobuf.Timestamp seen_at = 2",
    "  map<string, guide.Kind> kinds = 3",
    "  repeated string tags = 4",
    "  string path = 5 (of the oneof way)",
    "",
    "enum guide.Kind",
    "  HILL = 0",
    "  LAKE = 1",
  ]);
  await expect(list("--list", "Guide")).rejects.toThrow('did you mean "guide.Guide"?');
});
