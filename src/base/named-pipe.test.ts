import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { refuseNamedPipe } from "./named-pipe.ts";

test.skipIf(process.platform === "win32")("a named pipe is refused, files pass", () => {
  using dir = tempDir();
  const pipe = dir.file("pipe");
  expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
  expect(() => refuseNamedPipe(pipe)).toThrow("it is a named pipe, not a file");
  writeFileSync(dir.file("file"), "");
  for (const path of [dir.file("file"), dir.file("none"), dir.path, "/dev/null", "/dev/stdin"]) {
    refuseNamedPipe(path);
  }
});
