import type { Random } from "../../src/base/random.ts";

/** A distribution of spans in milliseconds. */
export type SpanModel =
  | { readonly kind: "constant"; readonly meanMs: number }
  | { readonly kind: "exponential"; readonly meanMs: number }
  /** `sigma` of the underlying normal distribution; the mean is meanMs all the same. */
  | { readonly kind: "lognormal"; readonly meanMs: number; readonly sigma: number }
  /** A share of the spans is `slowFactor` times as long as the others. */
  | {
      readonly kind: "bimodal";
      readonly meanMs: number;
      readonly slowShare: number;
      readonly slowFactor: number;
    };

export function drawSpanMs(model: SpanModel, random: Random): number {
  switch (model.kind) {
    case "constant":
      return model.meanMs;
    case "exponential":
      return -model.meanMs * Math.log(1 - random.next());
    case "lognormal":
      return model.meanMs * Math.exp(model.sigma * drawNormal(random) - model.sigma ** 2 / 2);
    case "bimodal": {
      const fastMs = model.meanMs / (1 + model.slowShare * (model.slowFactor - 1));
      return random.next() < model.slowShare ? fastMs * model.slowFactor : fastMs;
    }
  }
}

/** Standard normal, after Box and Muller. */
function drawNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}

/** Uniform in [low, high). */
export function drawBetween(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

/** Between low and high, each factor of ten as likely as the next; low is above 0. */
export function drawScale(random: Random, low: number, high: number): number {
  return low * (high / low) ** random.next();
}

/** An integer of low..high, both included. */
export function drawInteger(random: Random, low: number, high: number): number {
  return low + Math.floor(random.next() * (high - low + 1));
}

export function drawChance(random: Random, share: number): boolean {
  return random.next() < share;
}

export function drawOne<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random.next() * choices.length)] ?? choices[0];
}
