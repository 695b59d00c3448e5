import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { tempDir } from "../../../tests/support/temp-dir.ts";
import { fileRegistry } from "./file-set.ts";
import { openSchema } from "./open-schema.ts";
import { readProtoFiles } from "./proto-files.ts";
import { Schema } from "./schema.ts";

/** Calls `body` with a directory of these files. */
function withFiles<T>(files: Readonly<Record<string, string>>, body: (dir: string) => T): T {
  using dir = tempDir();
  for (const [name, text] of Object.entries(files)) {
    const path = join(dir.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return body(dir.path);
}

function read(files: Readonly<Record<string, string>>, importPaths: readonly string[] = []) {
  const [first = ""] = Object.keys(files);
  return withFiles(files, (dir) => {
    const paths = importPaths.map((path) => join(dir, path));
    return readProtoFiles([join(dir, first)], paths);
  });
}

const shop = `
  syntax = "proto3";
  package shop.v1;
  import "common/money.proto";
  import "google/protobuf/timestamp.proto";
  option go_package = "x";
  service Shop {
    option deprecated = false;
    rpc Get(Ask) returns (common.Money) { option idempotency_level = NO_SIDE_EFFECTS; }
    rpc Put(Ask) returns (.shop.common.Money) { option idempotency_level = IDEMPOTENT; }
    rpc Watch(Ask) returns (stream Ask);
    rpc Upload(stream Ask) returns (Ask);
    rpc Chat(stream Ask) returns (stream Ask) {}
  }
  message Ask { optional int32 n = 1; google.protobuf.Timestamp at = 2; shop.common.Money m = 3; }
`;
const money = 'syntax = "proto3"; package shop.common; message Money { int64 units = 1; }';

test("a file and what it imports: kinds, idempotency, packages, optional", () => {
  const files = { "shop.proto": shop, "inc/common/money.proto": money };
  const schema = new Schema(fileRegistry(read(files, ["inc"]), "shop.proto"), "shop.proto");
  const kindOf = (name: string) => {
    const { kind, idempotency } = schema.method(`shop.v1.Shop/${name}`, "--call");
    return [kind, idempotency];
  };
  expect(kindOf("Get")).toEqual(["unary", "no-side-effects"]);
  expect(kindOf("Put")).toEqual(["unary", "idempotent"]);
  expect(kindOf("Watch")).toEqual(["server", "unknown"]);
  expect(kindOf("Upload")).toEqual(["client", "unknown"]);
  expect(kindOf("Chat")).toEqual(["bidi", "unknown"]);
  const { request, path } = schema.method("/shop.v1.Shop/Get", "--call");
  expect(path).toBe("/shop.v1.Shop/Get");
  expect(schema.method("shop.v1.Shop.Get", "--call").path).toBe(path);
  expect(request.encode({ n: 0 }, "")).toHaveLength(2);
  expect(request.decode(new Uint8Array())).toEqual({});
});

const wrong: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  [
    "a syntax error",
    { "a.proto": 'syntax = "proto3";\nmessage A {\n  int32 a 1;\n}' },
    "a.proto:3: ",
  ],
  [
    "an unknown type",
    { "a.proto": 'syntax = "proto3";\nmessage Item {}\nmessage A {\n  Itm a = 1;\n}' },
    'a.proto:4: A.a has the unknown type "Itm"; did you mean "Item"?',
  ],
  [
    "an import that is not there",
    { "a.proto": 'syntax = "proto3";\nimport "x/b.proto";\nmessage A { b.B b = 1; }' },
    'has the unknown type "b.B"; the file "x/b.proto" that ',
  ],
  ["an edition", { "a.proto": 'edition = "2023";' }, "files of an edition"],
];
for (const [what, files, words] of wrong) {
  test(`${what} is told with its place`, () => {
    expect(() => read(files)).toThrow(words);
  });
}

test("an import that is nowhere is not missed where only its options are used", () => {
  const text = `syntax = "proto3"; import "google/api/annotations.proto";
    option (some.option) = true;
    service S { rpc M(A) returns (A) { option (google.api.http) = { post: "/v1/m" body: "*" }; } }
    message A { int32 n = 1 [(some.field) = { a: 1 }]; }`;
  expect(read({ "a.proto": text }).map(({ name }) => name.slice(-"a.proto".length))).toEqual([
    "a.proto",
  ]);
});

test("a file that is not there is told, with where it was looked for", () => {
  using dir = tempDir();
  expect(() => readProtoFiles(["nowhere.proto"], [dir.path])).toThrow(
    `Cannot read the proto file nowhere.proto: no such file, nor in ${dir.path}`,
  );
});

test("files that import each other are told", () => {
  const files = {
    "a.proto": 'syntax = "proto3"; import "b.proto";',
    "b.proto": 'syntax = "proto3"; import "a.proto";',
  };
  expect(() => fileRegistry(read(files), "a.proto")).toThrow("imports itself by way of others");
});

test("a protoset is the same, and one that lacks an import says which", async () => {
  const files = read({ "shop.proto": shop, "common/money.proto": money });
  const bytesOf = (file: typeof files) =>
    toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [...file] }));
  using dir = tempDir();
  const path = join(dir.path, "shop.pb");
  const open = () =>
    openSchema({ kind: "protoset", path }, { channels: [], timeoutMs: 1, wants: () => true });
  // Well-known files may be left out.
  writeFileSync(
    path,
    bytesOf(files.filter(({ name }) => !name.startsWith("google/")).toReversed()),
  );
  expect((await open()).method("shop.v1.Shop/Put", "--call").idempotency).toBe("idempotent");
  writeFileSync(path, bytesOf(files.filter(({ name }) => !name.includes("money"))));
  await expect(open()).rejects.toThrow(/shop\.pb lacks common\/money\.proto, which .* imports/);
  writeFileSync(path, "hello there");
  await expect(open()).rejects.toThrow("Cannot read the protoset");
});

test("unknown services and methods are told with the nearest", () => {
  const schema = new Schema(
    fileRegistry(read({ "shop.proto": shop, "common/money.proto": money }), "shop.proto"),
    "shop.proto",
    ["other.Service"],
  );
  const method = (text: string) => () => schema.method(text, "--call");
  expect(method("shop.v1.Shop/Gett")).toThrow(
    'shop.v1.Shop has no method "Gett": it has Get, Put, Watch, Upload, Chat; did you mean "Get"?',
  );
  expect(method("Shop/Get")).toThrow(
    'there is no service "Shop" in shop.proto, only other.Service, shop.v1.Shop; did you mean "shop.v1.Shop"?',
  );
  expect(method("other.Service/Get")).toThrow(
    'shop.proto names the service "other.Service", but does not describe it',
  );
  expect(method("Get")).toThrow("--call must be a method such as package.Service/Method");
  expect(method("a b/c")).toThrow("--call must be a method");
});

test("of many services some are told", () => {
  const names = Array.from({ length: 25 }, (_, index) => `s.S${String(index).padStart(2, "0")}`);
  const schema = new Schema(fileRegistry([], "here"), "here", names);
  expect(() => schema.service("x.X", "--list")).toThrow(/, s\.S19 and 5 more$/);
});

test("an enum without values is told", () => {
  const file = create(FileDescriptorProtoSchema, {
    ...{ name: "a.proto", package: "a", syntax: "proto3", enumType: [{ name: "E" }] },
  });
  expect(() => fileRegistry([file], "here")).toThrow("here cannot be used: the enum a.E has no");
});
