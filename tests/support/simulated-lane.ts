import { BlockPool } from "../../src/fault/link/block-pool.ts";
import { Lane, type LaneTotals } from "../../src/fault/link/lane.ts";
import type { LinkFaults } from "../../src/fault/link/link-faults.ts";
import { clearWeather, type Weather, weatherOf } from "../../src/fault/link/weather.ts";
import { VirtualClock } from "./virtual-clock.ts";

export const noFaults: LinkFaults = {
  ...{ blackhole: false, reset: false, refuse: false, direction: "both" },
};

/** A lane between two ends that a test plays, on a clock that a test moves. */
export class SimulatedLane {
  readonly clock = new VirtualClock();
  readonly startUs = this.clock.nowUs();
  readonly totals: LaneTotals = { deliveredBytes: 0, swallowedBytes: 0, corruptedBytes: 0 };
  readonly pool = new BlockPool();
  /** What the far end was told: texts as they came, FIN, RST; with the milliseconds of each. */
  readonly told: string[] = [];
  /** Bytes that the far end takes before it is full. */
  room = Number.POSITIVE_INFINITY;
  isPaused = false;
  weather: Weather = clearWeather;
  readonly lane: Lane;

  constructor({ seed = 1, isConnected = true } = {}) {
    this.lane = new Lane({
      ...{ clock: this.clock, seed, totals: this.totals, pool: this.pool },
      weather: () => this.weather,
      ends: {
        pause: () => {
          this.isPaused = true;
        },
        resume: () => {
          this.isPaused = false;
        },
        write: (bytes) => this.#write(bytes),
        finish: () => this.#tell("FIN"),
        cut: () => this.#tell("RST"),
      },
    });
    this.lane.refresh();
    if (isConnected) this.lane.drained();
  }

  begin(faults: Partial<LinkFaults>): void {
    this.weather = weatherOf({ ...noFaults, ...faults }, "up", this.clock);
    this.lane.refresh();
  }

  end(): void {
    this.weather.pacer?.close();
    this.weather = clearWeather;
    this.lane.refresh();
  }

  say(text: string): void {
    this.lane.accept(new TextEncoder().encode(text));
  }

  /** The far end has room again. */
  makeRoom(byteCount: number): void {
    this.room = byteCount;
    this.lane.drained();
  }

  #write(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, this.room);
    this.room -= taken.length;
    if (taken.length > 0) this.#tell(new TextDecoder().decode(taken));
    return taken.length;
  }

  #tell(what: string): void {
    this.told.push(`${what} @${(this.clock.nowUs() - this.startUs) / 1000}`);
  }
}
