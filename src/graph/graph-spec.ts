import { DfsError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { type GeneratorKind, type GeneratorSpec, generatorForms } from "./generator-spec.ts";
import { SpecArguments } from "./spec-arguments.ts";

/** What a graph is made from. */
export type GraphSpec =
  | GeneratorSpec
  /** A path as typed. */
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "stdin" };

const kinds = Object.keys(generatorForms);
/** A single letter before the colon is a drive, as in `C:\graphs\roads.gr`. */
const withKind = /^([A-Za-z][\w-]+):(.*)$/s;

/**
 * Reads `modular:N`, `rmat:20,seed=7` and the like, the path of a file, or `-` for standard input.
 * A file whose name looks like a generator is given as `./path:3`. Throws usage errors.
 */
export function parseGraphSpec(text: string): GraphSpec {
  if (text === "-") return { kind: "stdin" };
  if (text === "") throw new DfsError("usage", `A graph must be ${formsText}: it is empty`);
  const match = withKind.exec(text);
  const kind = match?.[1] ?? text;
  if (isGeneratorKind(kind)) {
    const form = generatorForms[kind];
    const args = new SpecArguments(text, match?.[2] ?? "", form.usage);
    const spec = form.read(args);
    args.expectEnd();
    return spec;
  }
  if (match === null) return { kind: "file", path: text };
  throw new DfsError(
    "usage",
    `Cannot make graph "${text}": a graph must be ${formsText}; ` +
      `a file of this name is given as ./${text}${didYouMean(kind, kinds)}`,
  );
}

/** The one text of each spec, parameters left out filled in; parseGraphSpec reads it back. */
export function formatGraphSpec(spec: GraphSpec): string {
  if (spec.kind === "stdin") return "-";
  if (spec.kind !== "file") return formatGeneratorSpec(spec);
  const { path } = spec;
  const isMistakable = path === "-" || isGeneratorKind(path) || withKind.test(path);
  return isMistakable ? `./${path}` : path;
}

export function isGeneratorSpec(spec: GraphSpec): spec is GeneratorSpec {
  return spec.kind !== "file" && spec.kind !== "stdin";
}

const formsText = `one of ${Object.values(generatorForms)
  .map(({ usage }) => usage)
  .join(" ")}, a file, or - for standard input`;

function isGeneratorKind(text: string): text is GeneratorKind {
  return Object.hasOwn(generatorForms, text);
}

function formatGeneratorSpec(spec: GeneratorSpec): string {
  switch (spec.kind) {
    case "modular":
    case "path":
    case "cycle":
      return `${spec.kind}:${spec.vertexCount}`;
    case "grid":
      return `grid:${spec.rowCount}x${spec.columnCount}`;
    case "tree":
      return `tree:${spec.vertexCount},branching=${spec.branching}`;
    case "gnm":
      return `gnm:${spec.vertexCount},${spec.edgeCount},seed=${spec.seed}`;
    case "rmat":
      return `rmat:${spec.scale},edgefactor=${spec.edgeFactor},seed=${spec.seed}`;
  }
}
