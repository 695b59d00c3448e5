import type { TraverseSummary } from "../rpc/dfs-service.ts";

/** Everything a summary says about the order; the time it took differs from stream to stream. */
export type OrderTotals = Omit<TraverseSummary, "runtimeMs">;

export interface KnownOrder {
  readonly fingerprint: string;
  readonly totals: OrderTotals;
}

const checksumKeys = ["verticesCrc32", "parentsCrc32", "depthsCrc32"] as const;
const totalKeys = ["visitedCount", "found", "rootCount", "depthMax", ...checksumKeys] as const;

/**
 * The one order that all streams of the same question must bring: the right one where it is known,
 * else that of the first stream to complete.
 */
export class OrderReference {
  /** Of the graph that every stream must come from, where it is known before any does. */
  readonly fingerprint: string | undefined;
  #known: KnownOrder | undefined;
  readonly #isRight: boolean;

  constructor(right?: KnownOrder, fingerprint?: string) {
    this.fingerprint = right?.fingerprint ?? fingerprint;
    this.#known = right;
    this.#isRight = right !== undefined;
  }

  /** How an order that came whole differs; the first to come is kept when none was known. */
  fault(came: KnownOrder): string | undefined {
    this.#known ??= came;
    const known = this.#known;
    const whose = this.#isRight ? "right is" : "another stream brought";
    if (came.fingerprint !== known.fingerprint) {
      return `an order of the graph ${came.fingerprint}, but ${whose} that of ${known.fingerprint}`;
    }
    for (const key of totalKeys) {
      const [here, there] = [inWords(came.totals, key), inWords(known.totals, key)];
      if (here !== there) return `an order with ${key}=${here}, but ${whose} ${there}`;
    }
    return undefined;
  }
}

/** The first of the totals that differs from what was counted, in words; `found` is not counted. */
export function countFault(
  said: OrderTotals,
  counted: Omit<OrderTotals, "found">,
): string | undefined {
  const all = { ...counted, found: said.found };
  const key = totalKeys.find((candidate) => said[candidate] !== all[candidate]);
  if (key === undefined) return undefined;
  return `the summary says ${key}=${inWords(said, key)}, but what came makes ${inWords(all, key)}`;
}

function inWords(totals: OrderTotals, key: (typeof totalKeys)[number]): string {
  const isChecksum = checksumKeys.some((candidate) => candidate === key);
  return isChecksum ? totals[key].toString(16).padStart(8, "0") : String(totals[key]);
}
