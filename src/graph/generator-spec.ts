import { limits } from "../base/limits.ts";
import type { SpecArguments } from "./spec-arguments.ts";

/** A graph that is made by a rule. All numbers are whole. */
export type GeneratorSpec =
  | { readonly kind: "modular" | "path" | "cycle"; readonly vertexCount: number }
  | { readonly kind: "grid"; readonly rowCount: number; readonly columnCount: number }
  | { readonly kind: "tree"; readonly vertexCount: number; readonly branching: number }
  | {
      readonly kind: "gnm";
      readonly vertexCount: number;
      readonly edgeCount: number;
      readonly seed: number;
    }
  | {
      readonly kind: "rmat";
      /** 2^scale vertices. */
      readonly scale: number;
      /** Edges for each vertex, on average. */
      readonly edgeFactor: number;
      readonly seed: number;
    };

export type GeneratorKind = GeneratorSpec["kind"];

interface GeneratorForm {
  readonly usage: string;
  read(args: SpecArguments): GeneratorSpec;
}

const { graphVertexMaxCount, graphEdgeMaxCount } = limits;
const seedRange = { min: 0, max: 2 ** 32 - 1 };

/** How each is written; every size that is allowed is within the limits of a graph. */
export const generatorForms: Readonly<Record<GeneratorKind, GeneratorForm>> = {
  modular: {
    usage: "modular:N",
    read: (args) => ({
      kind: "modular",
      // 3 edges a vertex on average.
      vertexCount: args.number("N", { min: 1, max: Math.floor(graphEdgeMaxCount / 3) }),
    }),
  },
  path: {
    usage: "path:N",
    read: (args) => ({
      kind: "path",
      vertexCount: args.number("N", { min: 1, max: graphVertexMaxCount }),
    }),
  },
  cycle: {
    usage: "cycle:N",
    read: (args) => ({
      kind: "cycle",
      vertexCount: args.number("N", { min: 1, max: graphVertexMaxCount }),
    }),
  },
  grid: {
    usage: "grid:RxC",
    read(args) {
      // 4 edges a vertex at most.
      const cellMaxCount = Math.floor(graphEdgeMaxCount / 4);
      const rowCount = args.number("R", { min: 1, max: cellMaxCount }, "x");
      const columnMaxCount = Math.floor(cellMaxCount / rowCount);
      return {
        kind: "grid",
        rowCount,
        columnCount: args.number("C", { min: 1, max: columnMaxCount }),
      };
    },
  },
  tree: {
    usage: "tree:N,branching=2",
    read: (args) => ({
      kind: "tree",
      vertexCount: args.number("N", { min: 1, max: graphVertexMaxCount }),
      branching: args.option("branching", { min: 1, max: graphVertexMaxCount, default: 2 }),
    }),
  },
  gnm: {
    usage: "gnm:N,M,seed=1",
    read(args) {
      const vertexCount = args.number("N", { min: 1, max: graphVertexMaxCount });
      // More different edges do not exist.
      const edgeMaxCount = Math.min(vertexCount * (vertexCount - 1), graphEdgeMaxCount);
      return {
        kind: "gnm",
        vertexCount,
        edgeCount: args.number("M", { min: 0, max: edgeMaxCount }),
        seed: args.option("seed", { ...seedRange, default: 1 }),
      };
    },
  },
  rmat: {
    usage: "rmat:SCALE,edgefactor=16,seed=1",
    read(args) {
      const scale = args.number("SCALE", { min: 1, max: Math.log2(graphVertexMaxCount) });
      const edgeFactorMax = Math.floor(graphEdgeMaxCount / 2 ** scale);
      return {
        kind: "rmat",
        scale,
        edgeFactor: args.option("edgefactor", { min: 1, max: edgeFactorMax, default: 16 }),
        seed: args.option("seed", { ...seedRange, default: 1 }),
      };
    },
  },
};
