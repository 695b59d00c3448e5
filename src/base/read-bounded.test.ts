import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { readBounded } from "./read-bounded.ts";

test("a file is read whole, or to one byte beyond the bound", () => {
  using dir = tempDir();
  const path = dir.file("file");
  const text = "0123456789".repeat(20_000);
  writeFileSync(path, text);
  const read = (maxBytes: number) => Buffer.from(readBounded(path, maxBytes).bytes).toString();
  expect(read(1_000_000)).toBe(text);
  expect(read(200_000)).toBe(text);
  expect(read(7)).toBe("01234567");
  expect(readBounded(path, 7).stats.size).toBe(200_000);
});

test.skipIf(process.platform === "win32")("a device without an end ends, a pipe is refused", () => {
  expect(readBounded("/dev/zero", 100_000).bytes).toHaveLength(100_001);
  using dir = tempDir();
  const pipe = dir.file("pipe");
  expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
  expect(() => readBounded(pipe, 1)).toThrow("it is a named pipe, not a file");
});
