/** Whether the reader of a traversal takes what is sent to it. */
export class ReaderWatch {
  /** Batches on their way to it. */
  #waitingCount = 0;
  #sinceUs = 0;

  /** A batch leaves for it. */
  sent(nowUs: number): void {
    if (this.#waitingCount === 0) this.#sinceUs = nowUs;
    this.#waitingCount++;
  }

  /** It has taken one. */
  took(nowUs: number): void {
    this.#waitingCount--;
    this.#sinceUs = nowUs;
  }

  /** For how long it has taken nothing though something waits for it; 0: nothing waits. */
  stalledMs(nowUs: number): number {
    return this.#waitingCount === 0 ? 0 : (nowUs - this.#sinceUs) / 1000;
  }
}
