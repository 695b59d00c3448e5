import { expect, test } from "bun:test";
import packageJson from "../../package.json" with { type: "json" };
import { buildInfo } from "./build-info.ts";

test("buildInfo run from source names package.json's version and no commit", () => {
  expect(buildInfo).toEqual({ version: packageJson.version, commit: "unbuilt" });
});
