import type { CancelTimer, Clock } from "../../base/clock.ts";
import { limits } from "../../base/limits.ts";
import { type Random, seededRandom } from "../../base/random.ts";
import type { BlockPool } from "./block-pool.ts";
import { Corruption } from "./corruption.ts";
import { PieceQueue } from "./piece-queue.ts";
import type { Weather } from "./weather.ts";

/** The sockets at both ends of a lane, as far as it needs them. */
export interface LaneEnds {
  /** Stops and goes on reading at the near end. */
  pause(): void;
  resume(): void;
  /** Takes bytes at the far end; fewer than given: it is full, and drained() follows. */
  write(bytes: Uint8Array): number;
  /** Ends the far end's stream, in order (FIN). */
  finish(): void;
  /** Resets the far end (RST). */
  cut(): void;
}

/** What all lanes of one direction count together. */
export interface LaneTotals {
  deliveredBytes: number;
  swallowedBytes: number;
  corruptedBytes: number;
}

export interface LaneOptions {
  readonly clock: Clock;
  readonly ends: LaneEnds;
  readonly seed: number;
  /** As it is at this moment. */
  readonly weather: () => Weather;
  readonly totals: LaneTotals;
  /** What all lanes of the link hold. */
  readonly pool: BlockPool;
}

/**
 * One direction of one connection: what it is given goes out in order, late, slowly, changed or not
 * at all, as the weather has it. While the far end takes nothing, or enough is held, the near end
 * is not read. A lane begins without a far end: drained() says that there is one.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #queue: PieceQueue;
  readonly #chance: Random;
  #corruption: Corruption | undefined;
  #isBlocked = true;
  #isPaused = false;
  #isDropped = false;
  #awaitsTurn = false;
  #lastDueUs = 0;
  #finishDueUs: number | undefined;
  #isFinished = false;
  #cancelTimer: CancelTimer | undefined;
  #cancelCut: CancelTimer | undefined;
  #hasHole = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#queue = new PieceQueue(options.pool);
    this.#chance = seededRandom(options.seed);
  }

  /** Something was swallowed: the stream cannot go on behind the hole. */
  get hasHole(): boolean {
    return this.#hasHole;
  }

  /** The far end has been told the end of the stream. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Takes bytes from the near end; they are the lane's own from now on. */
  accept(bytes: Uint8Array): void {
    const weather = this.#options.weather();
    if (weather.swallows) {
      this.#options.totals.swallowedBytes += bytes.length;
      this.#hasHole = true;
      return;
    }
    if (this.#isDropped) return;
    if (weather.corruptShare > 0) this.#corrupt(bytes, weather.corruptShare);
    const dueUs = this.#dueUs(weather);
    if (dueUs === 0 && !this.#isBlocked && weather.pacer === undefined) this.#passOn(bytes);
    else this.#queue.push(bytes, dueUs);
    this.#pump();
  }

  /** The near end has ended its stream. */
  finish(): void {
    const weather = this.#options.weather();
    if (weather.swallows) this.#hasHole = true;
    else this.#finishDueUs ??= this.#dueUs(weather);
    this.#pump();
  }

  /** The near end was reset; what is under way is lost with it. */
  cut(): void {
    const { weather, clock, ends } = this.#options;
    const now = weather();
    if (now.swallows) {
      this.#hasHole = true;
      return;
    }
    const waitMs = (this.#dueUs(now) - clock.nowUs()) / 1000;
    if (waitMs <= 0) ends.cut();
    else this.#cancelCut ??= clock.after(waitMs, () => ends.cut());
  }

  /** The far end takes bytes. */
  drained(): void {
    this.#isBlocked = false;
    this.#pump();
  }

  /** The far end is gone. */
  drop(): void {
    this.#isDropped = true;
    this.#queue.clear();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** Neither end is left. */
  close(): void {
    this.drop();
    this.#cancelCut?.();
  }

  /** The weather has changed. What is under way keeps its time of arrival. */
  refresh(): void {
    this.#corruption = undefined;
    this.#awaitsTurn = false;
    this.#pump();
  }

  /** When what is sent now arrives; 0: at once. Nothing overtakes what was sent before it. */
  #dueUs({ latencyUs, jitterUs }: Weather): number {
    if (latencyUs === 0 && this.#queue.isEmpty) return 0;
    const nowUs = this.#options.clock.nowUs();
    const jitter = jitterUs === 0 ? 0 : (2 * this.#chance.next() - 1) * jitterUs;
    this.#lastDueUs = Math.max(this.#lastDueUs, Math.round(nowUs + latencyUs + jitter));
    return this.#lastDueUs;
  }

  #corrupt(bytes: Uint8Array, share: number): void {
    this.#corruption ??= new Corruption(share, seededRandom(~this.#options.seed));
    this.#options.totals.corruptedBytes += this.#corruption.apply(bytes);
  }

  #passOn(bytes: Uint8Array): void {
    const takenCount = this.#write(bytes);
    this.#queue.push(bytes.subarray(takenCount), 0);
  }

  #write(bytes: Uint8Array): number {
    // A socket that is closed or closing says -1.
    const takenCount = Math.max(0, this.#options.ends.write(bytes));
    if (takenCount < bytes.length) this.#isBlocked = true;
    this.#options.totals.deliveredBytes += takenCount;
    return takenCount;
  }

  /** Sends what is due, as far as the far end and the bandwidth allow. */
  #pump(): void {
    const { clock, weather } = this.#options;
    const { pacer } = weather();
    while (!this.#isBlocked && !this.#isDropped && !this.#awaitsTurn) {
      const dueUs = this.#queue.firstDueUs;
      if (dueUs === undefined) break;
      if (dueUs > 0 && dueUs > clock.nowUs()) {
        this.#wakeAt(dueUs);
        break;
      }
      if (pacer === undefined) this.#send(Number.POSITIVE_INFINITY);
      else this.#queueUp(pacer);
    }
    this.#finishIfDue();
    this.#regulate();
  }

  #queueUp(pacer: NonNullable<Weather["pacer"]>): void {
    this.#awaitsTurn = true;
    pacer.request((allowedCount) => {
      if (this.#options.weather().pacer !== pacer) return 0;
      this.#awaitsTurn = false;
      if (this.#isBlocked || this.#isDropped) return 0;
      const sentCount = this.#send(allowedCount);
      this.#pump();
      return sentCount;
    });
  }

  /** Sends up to `maxCount` bytes of the first piece, which is due; returns how many. */
  #send(maxCount: number): number {
    const takenCount = this.#write(this.#queue.first(maxCount));
    this.#queue.take(takenCount);
    return takenCount;
  }

  #finishIfDue(): void {
    if (this.#finishDueUs === undefined || this.#isFinished || this.#isDropped) return;
    if (!this.#queue.isEmpty || this.#isBlocked) return;
    if (this.#finishDueUs > this.#options.clock.nowUs()) {
      this.#wakeAt(this.#finishDueUs);
      return;
    }
    this.#isFinished = true;
    this.#options.ends.finish();
  }

  #wakeAt(dueUs: number): void {
    if (this.#cancelTimer !== undefined) return;
    const { clock } = this.#options;
    this.#cancelTimer = clock.after((dueUs - clock.nowUs()) / 1000, () => {
      this.#cancelTimer = undefined;
      this.#pump();
    });
  }

  /** Reads the near end or not. */
  #regulate(): void {
    const { weather, pool, ends } = this.#options;
    const { swallows, heldMaxBytes } = weather();
    const heldBytes = this.#queue.heldBytes;
    const isFull =
      heldBytes >= heldMaxBytes ||
      (heldBytes > 0 && pool.heldBytes >= limits.linkHeldTotalMaxBytes);
    const mustPause = !swallows && !this.#isDropped && (this.#isBlocked || isFull);
    if (mustPause === this.#isPaused) return;
    this.#isPaused = mustPause;
    if (mustPause) ends.pause();
    else ends.resume();
  }
}
