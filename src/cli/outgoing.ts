/**
 * Writes to a stream, and knows when all of them have left. The callback of an empty write cannot
 * tell: Bun 1.4.5 calls it at once, whatever still waits for the reader of a pipe.
 */
export class Outgoing {
  readonly #stream: Pick<NodeJS.WriteStream, "write">;
  #pendingCount = 0;
  #onEmpty: (() => void)[] = [];

  constructor(stream: Pick<NodeJS.WriteStream, "write">) {
    this.#stream = stream;
  }

  /** `onLeft` is called once `data` has left, or with the error that kept it. */
  write(data: string | Uint8Array, onLeft?: (error: Error | null | undefined) => void): void {
    this.#pendingCount++;
    this.#stream.write(data, (error) => {
      this.#pendingCount--;
      onLeft?.(error);
      if (this.#pendingCount === 0) for (const tell of this.#onEmpty.splice(0)) tell();
    });
  }

  /** Resolves once nothing is on its way any more. */
  emptied(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#pendingCount === 0) resolve();
      else this.#onEmpty.push(resolve);
    });
  }
}
