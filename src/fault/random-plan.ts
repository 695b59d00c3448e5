import { seededRandom } from "../base/random.ts";

/** Faults that may be chosen at random; `lasts`: it has a length, which is chosen too. */
export const randomKinds = {
  crash: { lasts: false },
  stall: { lasts: true },
  limp: { lasts: true },
  drain: { lasts: false },
  restart: { lasts: true },
} as const;

export type RandomKind = keyof typeof randomKinds;

/** A kind, and how often it is chosen beside the others. */
export interface WeightedKind {
  readonly kind: RandomKind;
  /** A whole number from 1. */
  readonly weight: number;
}

export interface RandomPlanRequest {
  readonly seed: number;
  readonly ports: readonly number[];
  readonly kinds: readonly WeightedKind[];
  /** From one fault to the next, on average; the first comes after this, too. */
  readonly everyMs: number;
  /** At most by so much each comes earlier or later; no more than half of `everyMs`. */
  readonly jitterMs: number;
  /** Every fault that has a length is planned to be over by then. */
  readonly durationMs: number;
  readonly faultMinMs: number;
  readonly faultMaxMs: number;
}

export interface PlannedFault {
  /** 1 is the first. */
  readonly number: number;
  /** From the start, whole milliseconds. */
  readonly offsetMs: number;
  readonly kind: RandomKind;
  readonly port: number;
  /** Whole milliseconds; of a restart the time that nothing runs. Undefined: it has no length. */
  readonly lengthMs: number | undefined;
}

/**
 * When which port is to be hit by what, and for how long: a pure function of `request`. Each fault
 * takes four draws, whatever is done with them, so that a plan is a prefix of that of a longer
 * duration, except for lengths that end with it.
 */
export function planFaults(request: RandomPlanRequest): readonly PlannedFault[] {
  const { seed, everyMs, jitterMs, durationMs, faultMinMs, faultMaxMs } = request;
  const random = seededRandom(seed);
  const planned: PlannedFault[] = [];
  for (let number = 1; ; number++) {
    const jitter = (random.next() * 2 - 1) * jitterMs;
    const kind = pickKind(request.kinds, random.next());
    const port = pickOne(request.ports, random.next());
    const drawnMs = Math.round(faultMinMs + random.next() * (faultMaxMs - faultMinMs));
    const offsetMs = Math.round(number * everyMs + jitter);
    const remainingMs = durationMs - offsetMs;
    // Later ones only come later still: jitter never changes the order.
    if (remainingMs < faultMinMs) return planned;
    const lengthMs = randomKinds[kind].lasts ? Math.min(drawnMs, remainingMs) : undefined;
    planned.push({ number, offsetMs, kind, port, lengthMs });
  }
}

function pickKind(kinds: readonly WeightedKind[], draw: number): RandomKind {
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0);
  let rest = draw * total;
  for (const { kind, weight } of kinds) {
    rest -= weight;
    if (rest < 0) return kind;
  }
  return pickOne(kinds, draw).kind;
}

function pickOne<T>(items: readonly T[], draw: number): T {
  const item = items[Math.floor(draw * items.length)];
  if (item === undefined) throw new Error("There is nothing to choose from");
  return item;
}
