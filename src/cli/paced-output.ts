import { limits } from "../base/limits.ts";
import type { Terminal } from "./terminal.ts";

export interface PacedOutputEvents {
  /** More is on its way than should be. */
  onFull(): void;
  /** Little is on its way any more. */
  onRoom(): void;
  /** Standard output takes nothing more. */
  onClosed(): void;
}

/** Bytes to standard output, and a word when a slow reader lets them pile up. */
export class PacedOutput {
  readonly #terminal: Pick<Terminal, "writeBytes">;
  readonly #events: PacedOutputEvents;
  #pendingBytes = 0;
  #isFull = false;
  #isClosed = false;
  #onEmpty: (() => void) | undefined;

  constructor(terminal: Pick<Terminal, "writeBytes">, events: PacedOutputEvents) {
    this.#terminal = terminal;
    this.#events = events;
  }

  write(bytes: Uint8Array): void {
    if (this.#isClosed || bytes.length === 0) return;
    this.#pendingBytes += bytes.length;
    this.#terminal.writeBytes(bytes, (isOpen) => this.#left(bytes.length, isOpen));
    if (this.#isFull || this.#pendingBytes < limits.outputPauseBytes) return;
    this.#isFull = true;
    this.#events.onFull();
  }

  /** Resolves once nothing is on its way any more. */
  emptied(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#pendingBytes === 0) resolve();
      else this.#onEmpty = resolve;
    });
  }

  #left(byteCount: number, isOpen: boolean): void {
    this.#pendingBytes -= byteCount;
    if (!isOpen && !this.#isClosed) {
      this.#isClosed = true;
      this.#events.onClosed();
    }
    if (this.#isFull && this.#pendingBytes <= limits.outputResumeBytes) {
      this.#isFull = false;
      if (!this.#isClosed) this.#events.onRoom();
    }
    if (this.#pendingBytes === 0) this.#onEmpty?.();
  }
}
