import type { Token } from "./scan.ts";
import { isTest, type Module, roomOf, type Violation } from "./tree.ts";

/** A power over the world outside, and the few places that may use it. */
interface Capability {
  readonly name: string;
  /** Importing one of these packages is a use. */
  readonly packages?: RegExp;
  /** So is code that matches: tokens joined by single blanks, such as `Date . now`. */
  readonly code?: RegExp;
  readonly places: string;
  readonly allows: (path: string) => boolean;
}

const inRooms = (...rooms: readonly string[]) => {
  return (path: string) => rooms.includes(roomOf(path) ?? "");
};

export const capabilities: readonly Capability[] = [
  {
    name: "gRPC",
    packages: /^@grpc\/grpc-js(\/|$)/,
    places: "rpc, replica, failover",
    allows: inRooms("rpc", "replica", "failover"),
  },
  {
    name: "child processes",
    packages: /^(node:)?child_process$/,
    code: /\bBun \. (spawn|spawnSync|\$)( |$)|[{,] (spawn|spawnSync|\$) ([^}]*)?\} from "bun"/,
    // The macro runs where the product is built, not where it runs.
    places: "fault, replica, drill, src/report/page/bundle-client.ts",
    allows: (path) =>
      inRooms("fault", "replica", "drill")(path) || path === "src/report/page/bundle-client.ts",
  },
  {
    name: "ending this process",
    code: /\bprocess \. (exit|abort|reallyExit)( |$)/,
    places: "src/main.ts",
    allows: (path) => path === "src/main.ts",
  },
  {
    name: "time",
    packages: /^(node:)?(timers(\/promises)?|perf_hooks)$/,
    code: new RegExp(
      [
        String.raw`\bDate \. now\b`,
        String.raw`\bperformance \. `,
        String.raw`\bnew Date( \( \)| [^( ]|$)`,
        String.raw`(?<!\. )\b(setTimeout|setInterval) \(`,
        String.raw`\bBun \. (sleep|sleepSync|nanoseconds)\b`,
        String.raw`\bprocess \. (hrtime|uptime)\b`,
        String.raw`\bAbortSignal \. timeout\b`,
      ].join("|"),
    ),
    places: "src/base/clock.ts",
    allows: (path) => path === "src/base/clock.ts",
  },
  {
    name: "calendar time",
    code: /\bnew Date \( [^)]/,
    places: "src/base/local-time.ts, src/base/clock.ts",
    allows: (path) => /^src\/base\/(local-time|clock)\.ts$/.test(path),
  },
  {
    name: "unseeded randomness",
    code: /\bMath \. random\b/,
    places: "nowhere",
    allows: () => false,
  },
  {
    name: "entropy",
    code: /\bcrypto \. (getRandomValues|randomUUID)\b|\brandomBytes\b|\brandomInt\b/,
    places: "src/base/random.ts",
    allows: (path) => path === "src/base/random.ts",
  },
  {
    name: "the terminal",
    packages: /^consola(\/|$)/,
    code: /\bprocess \. (stdout|stderr)\b|(^| )console \. |\bBun \. (stdout|stderr)\b/,
    places: "cli, main",
    allows: inRooms("cli", "main"),
  },
];

/** Uses of a capability outside its places. Unit tests may use all but unseeded randomness. */
export function misusedCapabilities(modules: readonly Module[]): Violation[] {
  return modules.flatMap((module) =>
    capabilities
      .filter(({ allows, name }) => {
        if (isTest(module.path)) return name === "unseeded randomness";
        return !allows(module.path);
      })
      .flatMap((capability) =>
        usesOf(capability, module).map(
          (line) =>
            `${module.path}:${line}: ${capability.name} may be used only in: ${capability.places}`,
        ),
      ),
  );
}

/** The lines on which `module` uses the capability. */
function usesOf(capability: Capability, module: Module): number[] {
  const imported = module.imports
    .filter(({ specifier }) => capability.packages?.test(specifier) ?? false)
    .map(({ line }) => line);
  if (capability.code === undefined) return imported;
  return [...imported, ...linesMatching(module.tokens, capability.code)];
}

/** Matches over a statement-sized window, so that a use spread over lines is seen. */
function linesMatching(tokens: readonly Token[], pattern: RegExp): number[] {
  let text = "";
  const starts: { at: number; line: number }[] = [];
  for (const token of tokens) {
    starts.push({ at: text.length, line: token.line });
    // What a string or template says is not code, except the name of the package "bun".
    const isText = token.kind === "string" || token.kind === "template" || token.kind === "regex";
    text += `${isText && token.text !== '"bun"' ? '"…"' : token.text} `;
  }
  const lines = Array.from(text.matchAll(new RegExp(pattern, "g")), (match) => {
    // A match may begin with the blank before its first token.
    const begin = match.index + (match[0].startsWith(" ") ? 1 : 0);
    return starts.findLast(({ at }) => at <= begin)?.line ?? 0;
  });
  return [...new Set(lines)];
}
