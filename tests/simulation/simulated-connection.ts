import type { Random } from "../../src/base/random.ts";
import { drawSpanMs, type SpanModel } from "./draws.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

/** What all packets between the clients and one replica are subject to; faults change it. */
export interface SimulatedLink {
  /** One way; drawn for each packet, but packets of one direction never overtake each other. */
  delay: SpanModel;
  /** Added to each answer's way. */
  answerDelayMs: number;
  /** Packets wait until the cut is healed, as TCP would send them again. */
  isCut: boolean;
  /** What waits for that. */
  readonly held: (() => void)[];
}

/** How the client's end learns of the connection's fate. */
export interface ClientEnd {
  /** The server has spoken: the connection is good for calls. */
  onReady(): void;
  /** It announced to go at `saidUs`: calls that had not reached it by then are not looked at. */
  onGoAway(saidUs: number): void;
  /** Refused, closed or reset. */
  onBroken(detail: string): void;
}

/** One TCP connection: two directions, each in order, each packet with a delay of its own. */
export class SimulatedConnection {
  readonly client: ClientEnd;
  readonly #clock: SimulatedClock;
  readonly #random: Random;
  readonly #link: SimulatedLink;
  #toServerUs = 0;
  #toClientUs = 0;
  /** The client has given it up: what still arrives there is dropped. */
  isAbandoned = false;
  /** The server's end is closed: what still arrives there is dropped. */
  isClosed = false;
  /** The server has announced to go. */
  isDraining = false;
  /** Packets vanish in both directions, for good, and neither end is told. */
  isHalfOpen = false;
  /** Calls that the server has accepted and not answered. */
  openCount = 0;

  constructor(
    world: {
      readonly clock: SimulatedClock;
      readonly random: Random;
      readonly link: SimulatedLink;
    },
    client: ClientEnd,
  ) {
    this.#clock = world.clock;
    this.#random = world.random;
    this.#link = world.link;
    this.client = client;
  }

  /** `action` happens at the server's end, unless the connection ends before. */
  toServer(action: () => void): void {
    this.#toServerUs = this.#arrivalUs(this.#toServerUs, 0);
    this.#send(this.#toServerUs, () => {
      if (!this.isClosed) action();
    });
  }

  /** `action` happens at the client's end, unless the client has given up by then. */
  toClient(action: () => void): void {
    this.#toClientUs = this.#arrivalUs(this.#toClientUs, this.#link.answerDelayMs);
    this.#send(this.#toClientUs, () => {
      if (!this.isAbandoned) action();
    });
  }

  /** The server's end closes; the client learns of it after what was sent before. */
  closeAtServer(detail: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.toClient(() => this.client.onBroken(detail));
  }

  #arrivalUs(previousUs: number, extraMs: number): number {
    const delayMs = drawSpanMs(this.#link.delay, this.#random) + extraMs;
    return Math.max(previousUs, this.#clock.nowUs() + delayMs * 1000);
  }

  #send(atUs: number, deliver: () => void): void {
    if (this.isHalfOpen) return;
    this.#clock.set((atUs - this.#clock.nowUs()) / 1000, () => {
      if (this.isHalfOpen) return;
      if (this.#link.isCut) this.#link.held.push(deliver);
      else deliver();
    });
  }
}
