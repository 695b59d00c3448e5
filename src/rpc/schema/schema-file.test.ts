import { expect, test } from "bun:test";
import { limits } from "../../base/limits.ts";
import { readProtoFiles } from "./proto-files.ts";
import { readProtoset } from "./protoset.ts";

test.skipIf(process.platform === "win32")("what has no end is no schema, and no hang", () => {
  const why = `it is larger than ${limits.schemaFileMaxBytes} bytes`;
  expect(() => readProtoset("/dev/zero")).toThrow(`Cannot read the protoset /dev/zero: ${why}`);
  expect(() => readProtoFiles(["/dev/zero"], [])).toThrow(
    `Cannot read the proto file /dev/zero: ${why}`,
  );
});
