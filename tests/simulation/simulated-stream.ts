import { assert } from "../../src/base/errors.ts";

/** What a simulated stream is asked for: its messages after the first `after`, of `total`. */
export interface StreamQuestion {
  readonly stream: number;
  readonly total: number;
  readonly after: number;
}

export function encodeQuestion({ stream, total, after }: StreamQuestion): Uint8Array {
  return new Uint8Array(new Uint32Array([stream, total, after]).buffer);
}

export function decodeQuestion(bytes: Uint8Array): StreamQuestion {
  const [stream, total, after] = new Uint32Array(bytes.buffer, bytes.byteOffset, 3);
  assert(stream !== undefined && total !== undefined && after !== undefined, "it has three parts");
  return { stream, total, after };
}

/** A message says which it is, of which stream. */
export function encodeMessage(stream: number, index: number): Uint8Array {
  return new Uint8Array(new Uint32Array([stream, index]).buffer);
}

export function decodeMessage(bytes: Uint8Array): { stream: number; index: number } {
  const [stream = -1, index = -1] = new Uint32Array(bytes.buffer, bytes.byteOffset, 2);
  return { stream, index };
}

/** Of the message that greets, before the first. */
export const greetingIndex = 2 ** 32 - 1;

/** Messages a server may send before its client has taken them. */
const windowCount = 4;
/** Messages left out cost less than messages sent. */
const skipStride = 16;

/** A stream at its server: how far it is, and how far it may go. */
export class ServedStream {
  readonly question: StreamQuestion;
  /** Has the server nothing to do for it until its client has taken something? */
  isParked = false;
  /** When it was the server's turn to bring something, and until it had. */
  readonly quiet: { readonly fromUs: number; readonly toUs: number }[] = [];
  #position = 0;
  /** The greeting takes its place in the window as well. */
  #credit = windowCount - 1;
  #turnUs = 0;

  constructor(question: StreamQuestion) {
    this.question = question;
  }

  get isComplete(): boolean {
    return this.#position >= this.question.total;
  }

  get hasCredit(): boolean {
    return this.#credit > 0;
  }

  /** From now on the client waits for the server. */
  begin(nowUs: number): void {
    this.#turnUs = nowUs;
  }

  /** A message at once, which brings nothing but the news that there will be more. */
  get greeting(): Uint8Array {
    return encodeMessage(this.question.stream, greetingIndex);
  }

  allow(nowUs: number): void {
    this.#credit++;
    if (this.#credit === 1) this.#turnUs = nowUs;
  }

  /** One step: the message it made, or undefined when it only came nearer to the first. */
  step(nowUs: number): Uint8Array | undefined {
    const { after, stream } = this.question;
    if (this.#position < after) {
      this.#position = Math.min(after, this.#position + skipStride);
      return undefined;
    }
    this.quiet.push({ fromUs: this.#turnUs, toUs: nowUs });
    this.#turnUs = nowUs;
    this.#credit--;
    return encodeMessage(stream, this.#position++);
  }
}

export interface InboxEvents<End> {
  onMessage(message: Uint8Array): void;
  /** A message was taken: the server may send another. */
  onTaken(): void;
  onEnd(end: End): void;
}

/** Messages that have arrived, and the end after them, on their way to a reader that may pause. */
export class Inbox<End> {
  readonly #events: InboxEvents<End>;
  readonly #messages: Uint8Array[] = [];
  #end: { readonly end: End } | undefined;
  #isPaused = false;
  #isClosed = false;

  constructor(events: InboxEvents<End>) {
    this.#events = events;
  }

  push(message: Uint8Array): void {
    this.#messages.push(message);
    this.#deliver();
  }

  finish(end: End): void {
    this.#end = { end };
    this.#deliver();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#deliver();
  }

  /** Nothing is handed over any more. */
  close(): void {
    this.#isClosed = true;
  }

  #deliver(): void {
    while (!this.#isPaused && !this.#isClosed) {
      const message = this.#messages.shift();
      if (message === undefined) break;
      this.#events.onTaken();
      this.#events.onMessage(message);
    }
    if (this.#isPaused || this.#isClosed || this.#end === undefined) return;
    this.close();
    this.#events.onEnd(this.#end.end);
  }
}
