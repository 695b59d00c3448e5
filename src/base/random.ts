/** The only source of randomness: seeded, so that a printed seed replays a run. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

/**
 * SplitMix (Steele, Lea, Flood, OOPSLA 2014) in 32 bits, with the finaliser that Chris Wellons's
 * hash prospector found to be the least biased.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x9e3779b9) >>> 0;
      let mixed = state;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
    },
  };
}

/** A fresh seed in 0..2^32-1 from the system's entropy. */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

const idAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

/** An id of `length` characters of [0-9a-z] from the system's entropy; 10 of them hold 51 bits. */
export function freshId(length = 10): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => idAlphabet[byte % idAlphabet.length]).join("");
}

/** A fresh UUID of version 4 from the system's entropy. */
export function freshUuid(): string {
  return crypto.randomUUID();
}

/** A permutation of 0..count-1 (Fisher and Yates), all equally likely. */
export function shuffled(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    const [a = 0, b = 0] = [order[last], order[other]];
    order[last] = b;
    order[other] = a;
  }
  return order;
}

/**
 * Xoshiro128** (Blackman and Vigna 2018): many numbers at once, and more of them than the 2^32
 * after which seededRandom() begins anew.
 */
export class RandomNumbers {
  readonly #state: Int32Array;

  constructor(seed: number) {
    const random = seededRandom(seed);
    this.#state = Int32Array.from({ length: 4 }, () => random.next() * 2 ** 32);
    // At least one bit must be set.
    this.#state[3] = (this.#state[3] ?? 0) | 1;
  }

  /** Fills `numbers` with the next ones, uniform in 0..2^32-1. */
  fill(numbers: Uint32Array): void {
    let [a = 0, b = 0, c = 0, d = 0] = this.#state;
    for (let at = 0; at < numbers.length; at++) {
      const scaled = Math.imul(b, 5);
      numbers[at] = Math.imul((scaled << 7) | (scaled >>> 25), 9);
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
    }
    this.#state.set([a, b, c, d]);
  }
}
