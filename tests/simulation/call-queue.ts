import type { SimulatedCall } from "./simulated-call.ts";

/** First in, first out, in constant time however long it grows. */
export class CallQueue {
  #items: SimulatedCall[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(call: SimulatedCall): void {
    this.#items.push(call);
  }

  shift(): SimulatedCall | undefined {
    const call = this.#items[this.#head];
    if (call === undefined) return undefined;
    this.#head++;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return call;
  }
}
