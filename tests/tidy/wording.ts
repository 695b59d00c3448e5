import type { TreeFile, Violation } from "./tree.ts";

/** What no file of the repository may say. */
const forbidden: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: "an open end (to-do, fix-me)", pattern: /\b(TO[D]O|FIXM[E]|XX[X]|HAC[K])\b/ },
  {
    what: "a path of one machine",
    pattern: /(?<![\w.$}])\/(work|home|root|Users|tmp)\/[\w.]/,
  },
  {
    what: "the host of a package registry",
    pattern: /\bregistry\.[a-z]|\bpypi\.org|\bcrates\.io|\bproxy\.golang|\bdeb\.debian|\bnpmjs\b/,
  },
  {
    what: "a number of this project's tracker",
    pattern: /\bissue #?\d|\b(closes|fixes|refs) #\d/i,
  },
];

/** Lines of any text file that say what no file may. */
export function forbiddenWords(files: readonly TreeFile[]): Violation[] {
  return files.flatMap(({ path, text }) =>
    text
      .split("\n")
      .flatMap((line, index) =>
        forbidden
          .filter(({ pattern }) => pattern.test(line))
          .map(({ what }) => `${path}:${index + 1}: ${what}`),
      ),
  );
}

/** A lock file whose packages come from the default registry names no address at all. */
export function lockFileHosts(lockFile: TreeFile): Violation[] {
  return lockFile.text
    .split("\n")
    .flatMap((line, index) =>
      line.includes("://") ? [`${lockFile.path}:${index + 1}: an address`] : [],
    );
}

/** Subcommands, such as `fault crash`, that README does not show as a call. */
export function unnamedSubcommands(readme: string, subcommands: readonly string[]): Violation[] {
  return subcommands
    .filter((name) => !new RegExp(String.raw`\bdfs ${name}\b`).test(readme))
    .map((name) => `README.md does not show "dfs ${name}"`);
}
