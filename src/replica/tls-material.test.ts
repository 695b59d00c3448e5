import { expect, test } from "bun:test";
import { TestAuthority } from "../../tests/support/certificates.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { writeIdentity } from "../../tests/support/tls-files.ts";
import { readTlsMaterial } from "./tls-material.ts";

test.skipIf(process.platform === "win32")("a pipe is refused before it is waited for", () => {
  using dir = tempDir();
  const pipe = dir.file("pipe");
  expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
  const files = writeIdentity(dir.path, "a", new TestAuthority("CA").issue({ commonName: "a" }));
  const good = { ...files, clientCa: undefined };
  expect(readTlsMaterial(good).clientRoots).toBeUndefined();
  const why = `must be a file that can be read again and again: "${pipe}" is a pipe`;
  expect(() => readTlsMaterial({ ...good, cert: pipe })).toThrow(`--cert ${why}`);
  expect(() => readTlsMaterial({ ...good, key: pipe })).toThrow(`--key ${why}`);
  expect(() => readTlsMaterial({ ...good, clientCa: pipe })).toThrow(`--client-ca ${why}`);
});
