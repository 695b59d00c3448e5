import { limits } from "../base/limits.ts";

/** An event as it stands on the wire, by server-sent events. */
interface LiveEvent {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Events for one reader, and where it stands once it has them. */
export interface EventChunk {
  readonly bytes: Uint8Array;
  readonly lastNumber: number;
}

/** Where a reader stands that has seen nothing. */
export const fromTheStart = 0;

/**
 * The events of one run in their order, the same bytes for every reader. A reader is a number: that
 * of the last event it has, so that a slow one costs nothing but the events, which are bounded.
 */
export class EventLog {
  readonly #run: string;
  readonly #maxBytes: number;
  #events: LiveEvent[] = [];
  #byteCount = 0;
  #lastNumber = 0;
  #isEnded = false;
  #anew = encoded("anew", "{}");

  constructor(run: string, maxBytes: number = limits.liveBacklogMaxBytes) {
    this.#run = run;
    this.#maxBytes = maxBytes;
  }

  /** What a reader is told that begins anew, one line; kept whatever else is dropped. */
  begin(data: string): void {
    this.#anew = encoded("anew", data);
  }

  /** `data` is one line. */
  append(name: string, data: string): void {
    const number = ++this.#lastNumber;
    const bytes = encoded(name, data, `id: ${this.#run}-${number}\n`);
    this.#events.push({ number, bytes });
    this.#byteCount += bytes.length;
    while (this.#byteCount > this.#maxBytes && this.#events.length > 1) {
      this.#byteCount -= this.#events.shift()?.bytes.length ?? 0;
    }
  }

  /** No event comes after those that are there. */
  end(): void {
    this.#isEnded = true;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Where a reader stands that says the id of its last event; one of another run starts anew. */
  standOf(lastEventId: string | null): number {
    const prefix = `${this.#run}-`;
    if (!lastEventId?.startsWith(prefix)) return fromTheStart;
    const number = Number(lastEventId.slice(prefix.length));
    return Number.isInteger(number) && number > 0 && number <= this.#lastNumber
      ? number
      : fromTheStart;
  }

  /** Whether a reader who stands there has something to read. */
  hasAfter(number: number): boolean {
    return number < this.#lastNumber;
  }

  /**
   * The next events, at least one of them; undefined when there are none yet. A reader from the
   * start, and one whose next event is no longer kept, is told first to begin anew.
   */
  after(number: number): EventChunk | undefined {
    const first = this.#events[0];
    if (first === undefined || !this.hasAfter(number)) return undefined;
    const isWithin = number + 1 >= first.number && number !== fromTheStart;
    const parts: Uint8Array[] = isWithin ? [] : [this.#anew];
    let byteCount = 0;
    let lastNumber = number;
    for (let at = isWithin ? number + 1 - first.number : 0; at < this.#events.length; at++) {
      const event = this.#events[at];
      if (event === undefined) break;
      if (byteCount > 0 && byteCount + event.bytes.length > limits.liveChunkMaxBytes) break;
      parts.push(event.bytes);
      byteCount += event.bytes.length;
      lastNumber = event.number;
    }
    const [only] = parts;
    const bytes = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
    return { bytes, lastNumber };
  }
}

function encoded(name: string, data: string, id = ""): Uint8Array {
  return new TextEncoder().encode(`${id}event: ${name}\ndata: ${data}\n\n`);
}
