import type { Clock } from "../../base/clock.ts";
import { limits } from "../../base/limits.ts";
import type { LinkFaults } from "./link-faults.ts";
import { Pacer } from "./pacer.ts";

/** What happens now to the bytes of one direction, whatever their connection. */
export interface Weather {
  readonly latencyUs: number;
  readonly jitterUs: number;
  readonly pacer: Pacer | undefined;
  readonly corruptShare: number;
  readonly swallows: boolean;
  /** What one connection may hold on this way. */
  readonly heldMaxBytes: number;
}

export const clearWeather: Weather = {
  ...{ latencyUs: 0, jitterUs: 0, pacer: undefined, corruptShare: 0, swallows: false },
  heldMaxBytes: limits.linkHeldMaxBytes,
};

/** The weather of one direction while `faults` act on it. */
export function weatherOf(faults: LinkFaults, way: "up" | "down", clock: Clock): Weather {
  const { latencyMs = 0, jitterMs = 0, bandwidthBytesPerS, corruptShare = 0 } = faults;
  if (faults.direction !== "both" && faults.direction !== way) return clearWeather;
  return {
    latencyUs: latencyMs * 1000,
    jitterUs: jitterMs * 1000,
    pacer: bandwidthBytesPerS === undefined ? undefined : new Pacer(clock, bandwidthBytesPerS),
    corruptShare,
    swallows: faults.blackhole,
    heldMaxBytes: heldMaxBytes(bandwidthBytesPerS, latencyMs + jitterMs),
  };
}

/** A slow link must not take at once what it will be minutes in passing on. */
function heldMaxBytes(bandwidthBytesPerS: number | undefined, latencyMs: number): number {
  if (bandwidthBytesPerS === undefined) return limits.linkHeldMaxBytes;
  const underWayCount = (bandwidthBytesPerS * (latencyMs + limits.linkQueueMs)) / 1000;
  return Math.min(limits.linkHeldMaxBytes, Math.max(limits.linkQueueMinBytes, underWayCount));
}
