import { dirname, join, normalize } from "node:path";
import { scanCode, type Token } from "./scan.ts";

/** A text file of the repository. */
export interface TreeFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** What is wrong where; the tidy test prints these and wants none. */
export type Violation = string;

export interface Import {
  /** As written: `./errors.ts`, `node:fs`, `@grpc/grpc-js`. */
  readonly specifier: string;
  readonly line: number;
  /**
   * `import`: static or dynamic, `type` ones and re-exports too. `url`: `new URL("./x.ts",
   * import.meta.url)`, by which a file is started as a worker or a process rather than imported.
   */
  readonly by: "import" | "url";
}

/** Where a module refers to others, by literal specifiers. */
export function importsOf(tokens: readonly Token[]): Import[] {
  const imports: Import[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== "string") return;
    const before = (distance: number) => tokens[index - distance]?.text;
    const isStatic = before(1) === "from" || before(1) === "import";
    const isDynamic = before(1) === "(" && before(2) === "import";
    const isUrl = before(1) === "(" && before(2) === "URL";
    if (isStatic || isDynamic || isUrl) {
      const specifier = token.text.slice(1, -1);
      imports.push({ specifier, line: token.line, by: isUrl ? "url" : "import" });
    }
  });
  return imports;
}

/** The file of the tree a relative specifier means, as a path from the root. */
export function resolveImport(fromPath: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return normalize(join(dirname(fromPath), specifier)).replaceAll("\\", "/");
}

export function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}

/** `src/fault/crash.ts` -> `fault`, `src/main.ts` -> `main`; undefined outside src. */
export function roomOf(path: string): string | undefined {
  return /^src\/(?:([^/]+)\/|([^/]+)\.ts$)/
    .exec(path)
    ?.slice(1)
    .find((part) => part !== undefined);
}

/** A module of the tree: its code tokens and where they import from. */
export interface Module {
  readonly path: string;
  readonly tokens: readonly Token[];
  readonly imports: readonly Import[];
}

export function moduleOf(file: TreeFile): Module {
  const tokens = scanCode(file.text);
  return { path: file.path, tokens, imports: importsOf(tokens) };
}
