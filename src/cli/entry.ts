import type { Subcommand } from "./subcommand.ts";

/** A subcommand as `dfs --help` lists it. */
export interface Entry {
  readonly summary: string;
  /** Other words that mean the same, such as `fault kill`. */
  readonly aliases?: readonly string[];
  /** Loaded when asked for, so that `dfs fault` never waits for gRPC to load. */
  readonly load: () => Promise<Subcommand>;
}

/** Subcommands by what is typed after `dfs`. */
export type Entries = Readonly<Record<string, Entry>>;
