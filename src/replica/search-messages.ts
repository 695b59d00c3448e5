import type { GeneratorSpec } from "../graph/generator-spec.ts";
import type { GraphStorage } from "../graph/graph.ts";
import type { SearchPlan } from "../graph/search-plan.ts";

/** A graph without names as one thread tells another of it. */
export interface GraphNotice {
  readonly vertexCount: number;
  readonly edgeCount: number;
  readonly spec: string;
  readonly fingerprint: string;
  readonly storage: GraphStorage;
  /** Shared; undefined when the graph is to be mapped from its file. */
  readonly arrays: { readonly offsets: Uint32Array; readonly targets: Uint32Array } | undefined;
}

/** What a replica's main thread asks of a searching one. A job's number is never used again. */
export type SearchOrder =
  /** `graph` names it in the jobs that follow. */
  | { readonly kind: "graph"; readonly graph: number; readonly notice: GraphNotice }
  /** No job will ask for this graph any more. */
  | { readonly kind: "forget"; readonly graph: number }
  | ({ readonly kind: "search" } & SearchJob)
  | ({ readonly kind: "traverse" } & TraversalJob)
  /** One more batch may be sent; the memory of one that has left may be used for it. */
  | { readonly kind: "credit"; readonly job: number; readonly buffer: ArrayBuffer | undefined }
  | { readonly kind: "cancel"; readonly job: number };

/** What any thread may be asked. */
export type ThreadOrder = SearchOrder | ({ readonly kind: "make" } & MakeOrder);

/** A graph that is made by a rule, or has been and is in the cache. */
export interface MakeOrder {
  readonly spec: GeneratorSpec;
  readonly cacheDir: string | undefined;
  readonly verifyCache: boolean;
}

export interface SearchJob {
  readonly job: number;
  readonly graph: number;
  readonly plan: SearchPlan;
  /** Answer the path to the target too. */
  readonly withPath: boolean;
}

export interface TraversalJob {
  readonly job: number;
  readonly graph: number;
  readonly plan: SearchPlan;
  /** Vertices of the order to leave out. */
  readonly skipCount: number;
  /** Vertices in a batch at most. */
  readonly batchMaxCount: number;
  /** Batches that may be on their way at once. */
  readonly creditCount: number;
}

/** What the searching thread tells. `found`, `ended`, `failed`, `stopped` are a job's last. */
export type SearchNews =
  | { readonly kind: "found"; readonly job: number; readonly result: SearchOutcome }
  | ({ readonly kind: "batch"; readonly job: number } & Batch)
  | { readonly kind: "ended"; readonly job: number; readonly summary: WalkSummary }
  | ({ readonly kind: "failed"; readonly job: number } & SearchFailure)
  /** It was cancelled. */
  | { readonly kind: "stopped"; readonly job: number };

export type ThreadNews = SearchNews | MakeNews;

export type MakeNews =
  /** What the user may want to know. */
  | { readonly kind: "remark"; readonly text: string }
  | { readonly kind: "made"; readonly notice: GraphNotice }
  | { readonly kind: "not-made"; readonly failure: string };

export interface SearchFailure {
  /** UNAVAILABLE: another replica may well answer. */
  readonly status: "OUT_OF_RANGE" | "INTERNAL" | "UNAVAILABLE";
  readonly failure: string;
}

export interface SearchOutcome {
  readonly found: boolean;
  readonly visitedCount: number;
  /** The search alone, without its waiting for its turn. */
  readonly runtimeMs: number;
  /** Asked for, and found: from the root of the target's tree to the target. */
  readonly path: Uint32Array | undefined;
}

/** Vertices of an order. */
export interface Batch {
  /** Vertices before them. */
  readonly first: number;
  readonly count: number;
  /** Columns (graph/walk-columns.ts), of which the first `count` entries are filled. */
  readonly buffer: ArrayBuffer;
}

/** Of a whole order. */
export interface WalkSummary {
  readonly visitedCount: number;
  readonly found: boolean;
  readonly rootCount: number;
  readonly depthMax: number;
  readonly verticesCrc32: number;
  readonly parentsCrc32: number;
  readonly depthsCrc32: number;
  /** The search alone, without its waiting for its turn or its reader. */
  readonly runtimeMs: number;
}
