import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TreeFile } from "./tree.ts";

const root = join(import.meta.dir, "../..");
const isOutside = /^(node_modules|dist|demo-runs|\.git)\//;
const isText =
  /\.(ts|json|toml|md|yml|yaml|proto|css|cpp|py|sh)$|^\.ci\/run$|^\.gitignore$|^LICENSE$|\.lock$/;

/** Every text file that belongs to the repository, captured fixtures apart. */
export function repositoryFiles(): TreeFile[] {
  const paths = Array.from(new Bun.Glob("**/*").scanSync({ cwd: root, dot: true }), (path) =>
    path.replaceAll("\\", "/"),
  );
  return paths
    .filter((path) => !isOutside.test(path) && !path.includes("/fixtures/") && isText.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}
