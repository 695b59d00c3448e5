import { limits } from "../base/limits.ts";

/**
 * A token bucket: each request earns a share of a token, each hedge spends a whole one. However
 * slow every replica is, hedges add no more than that share to the traffic.
 */
export class HedgeBudget {
  /** Hedges refused for want of a token. */
  refusedCount = 0;
  /** Hedges that were paid for. */
  spentCount = 0;
  readonly #share: number;
  #tokens: number;

  constructor(
    share: number = limits.hedgeBudgetShare,
    initialTokens: number = limits.hedgeBudgetInitialTokens,
  ) {
    this.#share = share;
    this.#tokens = initialTokens;
  }

  /** Hedges that may be started at once, a part of one included. */
  get tokens(): number {
    return this.#tokens;
  }

  earn(): void {
    this.#tokens = Math.min(limits.hedgeBudgetMaxTokens, this.#tokens + this.#share);
  }

  trySpend(): boolean {
    // Ten tenths make a little less than one in binary.
    if (this.#tokens < 1 - 1e-6) {
      this.refusedCount++;
      return false;
    }
    this.#tokens--;
    this.spentCount++;
    return true;
  }
}
