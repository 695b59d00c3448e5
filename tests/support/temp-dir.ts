import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TempDir extends Disposable {
  readonly path: string;
  file(name: string): string;
  read(name: string): Promise<string>;
}

/** A fresh directory that goes with its scope. */
export function tempDir(): TempDir {
  const path = mkdtempSync(join(tmpdir(), "dfs-test-"));
  const file = (name: string) => join(path, name);
  return {
    path,
    file,
    read: (name) => Bun.file(file(name)).text(),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
