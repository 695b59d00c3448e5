import { systemClock, waitUntil } from "../../src/base/clock.ts";

/** An event as it came, and when. */
export interface ReceivedEvent {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: string;
  readonly receivedUs: number;
}

/** A plain reader of server-sent events, as far as ours go: one line of data each. */
export class EventReader {
  readonly events: ReceivedEvent[] = [];
  hasEnded = false;
  readonly #abort = new AbortController();

  constructor(url: string) {
    this.#read(url)
      .catch(() => undefined)
      .finally(() => {
        this.hasEnded = true;
      });
  }

  /** Waits for an event that fits; throws when none comes or the stream ends without it. */
  async waitFor(
    isWanted: (event: ReceivedEvent) => boolean,
    withinMs: number,
  ): Promise<ReceivedEvent> {
    const found = () => this.hasEnded || this.events.some(isWanted);
    await waitUntil(systemClock, found, { withinMs, everyMs: 10 });
    const event = this.events.find(isWanted);
    if (event === undefined) throw new Error(`No such event among ${this.events.length}`);
    return event;
  }

  [Symbol.dispose](): void {
    this.#abort.abort();
  }

  async #read(url: string): Promise<void> {
    const response = await fetch(url, { signal: this.#abort.signal });
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of response.body ?? []) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
      rest = parts.pop() ?? "";
      this.events.push(...parts.map(parsed));
    }
  }
}

function parsed(text: string): ReceivedEvent {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1];
  return {
    name: field("event") ?? "message",
    id: field("id"),
    data: field("data") ?? "",
    receivedUs: systemClock.nowUs(),
  };
}
