import { formatBytesPerSecond } from "../../base/data-rate.ts";
import { formatDuration } from "../../base/duration.ts";
import { DfsError } from "../../base/errors.ts";

export type LinkDirection = "up" | "down" | "both";

/** What is wrong with a link while its fault acts; nothing of it: it is transparent. */
export interface LinkFaults {
  /** What every byte takes longer, in each direction that the fault acts on. */
  readonly latencyMs?: number | undefined;
  /** Up to so much less or more than the latency, drawn for each piece that is read. */
  readonly jitterMs?: number | undefined;
  /** What all connections together get through, in each direction that the fault acts on. */
  readonly bandwidthBytesPerS?: number | undefined;
  /** Of the bytes, 0..1: changed on their way. */
  readonly corruptShare?: number | undefined;
  /** What is sent vanishes; connections are taken, and nothing is heard on them. */
  readonly blackhole: boolean;
  /** Open connections are reset, and so is every new one. */
  readonly reset: boolean;
  /** New connections are refused; open ones stay. */
  readonly refuse: boolean;
  /** `up`: only what clients send; `down`: only what they are answered. */
  readonly direction: LinkDirection;
}

/** As the ledger names them, one record each. */
export type LinkFaultName =
  | "link-latency"
  | "link-bandwidth"
  | "link-corrupt"
  | "link-blackhole"
  | "link-reset"
  | "link-refuse";

export function linkFaultNames(faults: LinkFaults): LinkFaultName[] {
  const named: readonly (readonly [LinkFaultName, boolean])[] = [
    ["link-refuse", faults.refuse],
    ["link-reset", faults.reset],
    ["link-blackhole", faults.blackhole],
    ["link-latency", faults.latencyMs !== undefined],
    ["link-bandwidth", faults.bandwidthBytesPerS !== undefined],
    ["link-corrupt", faults.corruptShare !== undefined],
  ];
  return named.flatMap(([name, isThere]) => (isThere ? [name] : []));
}

/** Throws a usage error for faults that would hide or contradict each other. */
export function assertCompatible(faults: LinkFaults): void {
  const { latencyMs, jitterMs, direction, blackhole, reset } = faults;
  if (jitterMs !== undefined && latencyMs === undefined) {
    throw new DfsError("usage", "--jitter needs --latency, around which it varies");
  }
  if (jitterMs !== undefined && jitterMs > (latencyMs ?? 0)) {
    throw new DfsError(
      "usage",
      `--jitter must not exceed --latency, since nothing arrives before it is sent: ` +
        `current values are ${formatDuration(jitterMs)} and ${formatDuration(latencyMs ?? 0)}`,
    );
  }
  const names = linkFaultNames(faults);
  const onBytes = names.filter((name) => /-(latency|bandwidth|corrupt)$/.test(name)).map(flagOf);
  if (blackhole && reset) {
    throw new DfsError("usage", "--blackhole and --reset contradict each other: silence or an end");
  }
  const taker = blackhole ? "--blackhole" : reset ? "--reset" : undefined;
  if (taker !== undefined && onBytes.length > 0) {
    throw new DfsError(
      "usage",
      `${taker} leaves nothing to pass for ${onBytes.join(", ")}: give one or the other`,
    );
  }
  if (direction !== "both" && onBytes.length === 0 && !blackhole) {
    throw new DfsError(
      "usage",
      `--direction ${direction} needs --latency, --bandwidth, --corrupt or --blackhole, ` +
        "which can act on one direction alone",
    );
  }
}

function flagOf(name: LinkFaultName): string {
  return name.replace("link-", "--");
}

/** `latency 100ms ± 20ms, bandwidth 64KiB/s, up only`; `transparent` when there is none. */
export function describeFaults(faults: LinkFaults): string {
  const { latencyMs, jitterMs, bandwidthBytesPerS, corruptShare, direction } = faults;
  const jitter = jitterMs === undefined ? "" : ` ± ${formatDuration(jitterMs)}`;
  const texts = [
    faults.refuse ? "refuse new connections" : "",
    faults.reset ? "reset connections" : "",
    faults.blackhole ? "blackhole" : "",
    latencyMs === undefined ? "" : `latency ${formatDuration(latencyMs)}${jitter}`,
    bandwidthBytesPerS === undefined ? "" : `bandwidth ${formatBytesPerSecond(bandwidthBytesPerS)}`,
    corruptShare === undefined ? "" : `corrupt ${formatShare(corruptShare)} of the bytes`,
  ].filter((text) => text !== "");
  if (texts.length === 0) return "transparent";
  const actsOnBytes = texts.length > Number(faults.refuse) + Number(faults.reset);
  const where = direction === "both" ? "each way" : `${direction} only`;
  return `${texts.join(", ")}${actsOnBytes ? `, ${where}` : ""}`;
}

function formatShare(share: number): string {
  return `${Number((share * 100).toPrecision(6))}%`;
}
