import { limits } from "../base/limits.ts";

/** An acknowledged ping, as it is written. */
const ackBytes = 17;

/**
 * Judges the pings of one connection. gRPC's clients ping to learn whether their server lives, and
 * while messages come to learn how much the connection carries; the latter are no abuse at any
 * rate, so whatever is sent besides acknowledgements forgives.
 */
export class PingStrikes {
  readonly #minIntervalUs: number;
  #latestUs = Number.NEGATIVE_INFINITY;
  #pingCount = 0;
  #strikeCount = 0;
  /** Bytes sent that were no acknowledgement, as far as they were known. */
  #sentBytes = 0;

  constructor(minIntervalMs: number) {
    this.#minIntervalUs = minIntervalMs * 1000;
  }

  /**
   * Whether a ping that has come at `nowUs` is one too many; `writtenBytes` are all that were sent
   * before it.
   */
  isAbuse(nowUs: number, writtenBytes: number): boolean {
    // Acknowledgements may be counted late, never early: a new most is something else.
    const sentBytes = writtenBytes - ackBytes * this.#pingCount;
    const isAnswered = sentBytes > this.#sentBytes;
    this.#sentBytes = Math.max(this.#sentBytes, sentBytes);
    const isInTime = nowUs - this.#latestUs >= this.#minIntervalUs;
    this.#latestUs = nowUs;
    this.#pingCount++;
    this.#strikeCount = isAnswered || isInTime ? 0 : this.#strikeCount + 1;
    return this.#strikeCount > limits.servePingStrikeMaxCount;
  }
}
