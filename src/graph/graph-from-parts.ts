import { fingerprintOf } from "./fingerprint.ts";
import type { Graph } from "./graph.ts";
import type { GraphParts } from "./graph-file.ts";

/** A graph in shared memory as a replica serves it. */
export function graphFromParts({ csr, names }: GraphParts): Graph {
  return { ...csr, names, fingerprint: fingerprintOf(csr, names), storage: { kind: "shared" } };
}
