import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { readGivenFile } from "./given-file.ts";

test("reads a file of at most so many bytes", () => {
  using dir = tempDir();
  const path = dir.file("a");
  writeFileSync(path, "x".repeat(1024 * 1024));
  expect(readGivenFile(path, "a", 1024 * 1024)).toHaveLength(1024 * 1024);
  writeFileSync(path, "x".repeat(1024 * 1024 + 1));
  expect(() => readGivenFile(path, "the file a", 1024 * 1024)).toThrow(
    "Cannot read the file a: it must have at most 1 MiB",
  );
});

test.skipIf(process.platform === "win32")("ends at what never ends, and names what is none", () => {
  using dir = tempDir();
  expect(() => readGivenFile("/dev/zero", "z", 2 * 1024 * 1024)).toThrow("at most 2 MiB");
  expect(readGivenFile("/dev/null", "n", 10)).toHaveLength(0);
  expect(() => readGivenFile(dir.path, "--data d", 10)).toThrow(
    "Cannot read --data d: it is a directory",
  );
  expect(() => readGivenFile(dir.file("b"), "--data b", 10)).toThrow("no such file");
});
