import packageJson from "../../package.json" with { type: "json" };

/** Which `dfs` this is. */
export interface BuildInfo {
  /** The version of package.json at build time. */
  readonly version: string;
  /** Short git hash, `-dirty` appended when files differed from it; `unknown` outside git. */
  readonly commit: string;
}

// build.ts replaces these by literals; run from source they do not exist.
declare const DFS_BUILD_VERSION: string;
declare const DFS_BUILD_COMMIT: string;

export const buildInfo: BuildInfo = {
  version: typeof DFS_BUILD_VERSION === "string" ? DFS_BUILD_VERSION : packageJson.version,
  commit: typeof DFS_BUILD_COMMIT === "string" ? DFS_BUILD_COMMIT : "unbuilt",
};
