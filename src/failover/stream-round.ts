import type { Need, RequestView } from "./policy.ts";
import type { StreamAttempt } from "./stream-attempt.ts";

/**
 * The attempts of a stream that are a reason to shun a replica: the one that made the last
 * progress, should it fail now, and those since. Whatever went before is forgotten.
 */
export class StreamRound {
  readonly #streamNumber: number;
  #attempts: StreamAttempt[] = [];
  #attemptCountBeforeWait = 0;

  constructor(streamNumber: number) {
    this.#streamNumber = streamNumber;
  }

  /** What a policy chooses by. */
  view(need: Need): RequestView {
    return {
      number: this.#streamNumber,
      attempts: this.#attempts,
      attemptCountBeforeWait: this.#attemptCountBeforeWait,
      need,
    };
  }

  add(attempt: StreamAttempt): void {
    this.#attempts.push(attempt);
  }

  /** Every replica but that of `attempt` may be tried again. */
  startOver(attempt: StreamAttempt): void {
    if (this.#attempts.length === 1 && this.#attemptCountBeforeWait === 0) return;
    this.#attempts = [attempt];
    this.#attemptCountBeforeWait = 0;
  }

  /** A wait is over. However long it goes on like this, no more is kept than policies look at. */
  endWait(): void {
    this.#attempts = this.#attempts.slice(-1);
    this.#attemptCountBeforeWait = this.#attempts.length;
  }
}
