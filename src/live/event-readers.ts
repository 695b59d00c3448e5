import { type Clock, sleep } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { EventLog } from "./event-log.ts";

interface Reader {
  /** The last event it was given. */
  number: number;
  /** When it last asked for more. */
  askedUs: number;
  /** Tells it that there is more; undefined while it does not wait for that. */
  wake: (() => void) | undefined;
  drop(): void;
}

/**
 * Those who follow a log, each at its own pace: nothing is queued for any of them. A stream asks
 * for more once its socket has taken what it had, and is given what the log holds after that.
 */
export class EventReaders {
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #readers = new Set<Reader>();

  constructor(log: EventLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  get count(): number {
    return this.#readers.size;
  }

  /** The log has grown or ended: whoever waits is served, whoever has stalled is dropped. */
  notify(): void {
    const stalledUs = this.#clock.nowUs() - limits.liveStalledMs * 1000;
    for (const reader of [...this.#readers]) {
      if (reader.wake !== undefined) reader.wake();
      else if (reader.askedUs < stalledUs) reader.drop();
    }
  }

  /** A stream of the events after `number`; undefined when as many read as may. */
  open(number: number): ReadableStream<Uint8Array> | undefined {
    if (this.#readers.size >= limits.liveClientMaxCount) return undefined;
    const reader: Reader = {
      number,
      askedUs: this.#clock.nowUs(),
      wake: undefined,
      drop: () => undefined,
    };
    this.#readers.add(reader);
    return new ReadableStream({
      start: (controller) => {
        reader.drop = () => {
          this.#readers.delete(reader);
          controller.error(new Error("It has read nothing for too long"));
        };
      },
      pull: (controller) => this.#feed(reader, controller),
      cancel: () => {
        this.#readers.delete(reader);
        reader.wake?.();
      },
    });
  }

  async #feed(
    reader: Reader,
    controller: ReadableStreamDefaultController<Uint8Array>,
  ): Promise<void> {
    reader.askedUs = this.#clock.nowUs();
    while (!this.#log.hasAfter(reader.number) && !this.#log.isEnded) {
      await new Promise<void>((resolve) => {
        reader.wake = resolve;
      });
      reader.wake = undefined;
      reader.askedUs = this.#clock.nowUs();
      if (!this.#readers.has(reader)) return;
    }
    const chunk = this.#log.after(reader.number);
    if (chunk === undefined) {
      this.#readers.delete(reader);
      controller.close();
      return;
    }
    reader.number = chunk.lastNumber;
    controller.enqueue(chunk.bytes);
    // Many who catch up at once must not hold up the load.
    if (this.#log.hasAfter(reader.number)) await sleep(this.#clock, limits.liveChunkPauseMs);
  }
}
