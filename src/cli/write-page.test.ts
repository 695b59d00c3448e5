import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { requirePagePlace } from "./write-page.ts";

test("a place where no page can be written is refused in words", () => {
  using dir = tempDir();
  const file = dir.file("a.html");
  requirePagePlace(file);
  writeFileSync(file, "");
  requirePagePlace(file);
  const refusal = (path: string, why: string) =>
    expect(() => requirePagePlace(path)).toThrow(`Cannot write the HTML report to ${path}: ${why}`);
  refusal(dir.file("none/x.html"), `there is no directory ${dir.file("none")}`);
  refusal(`${file}/x.html`, `there is no directory ${file}`);
  refusal(dir.path, "it is a directory");
});
