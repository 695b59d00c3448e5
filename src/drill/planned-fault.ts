import { formatDuration } from "../base/duration.ts";
import { formatEndpoint, type TcpEndpoint } from "../base/endpoint.ts";
import type { CrashSignal } from "../fault/crash-signals.ts";

/**
 * When a fault is due: so long after the load's first request, or so long after the replica that
 * the fault listed before it has hit serves again.
 */
export type FaultStart =
  | { readonly from: "begin"; readonly afterMs: number }
  | { readonly from: "back"; readonly afterMs: number };

interface Common {
  readonly start: FaultStart;
  /** Undefined: any name of process or program. */
  readonly expect: string | undefined;
}

/** What a fault does, whoever it hits. */
export type FaultCourse =
  | { readonly kind: "crash"; readonly signal: CrashSignal }
  | { readonly kind: "stall"; readonly durationMs: number }
  | {
      readonly kind: "limp";
      readonly durationMs: number;
      readonly dutyShare: number;
      readonly periodMs: number;
    }
  | { readonly kind: "drain"; readonly withinMs: number }
  | { readonly kind: "restart"; readonly downtimeMs: number; readonly withinMs: number };

/** A fault within a load, on the replica at `endpoint`, which is a process of this host. */
export type PlannedFault = FaultCourse &
  Common & {
    readonly endpoint: TcpEndpoint;
    /** Its port alone does not say which replica is meant. */
    readonly namesHost: boolean;
  };

/** The same before it is known which replica is meant; without a host, the one of that port. */
export type FaultWish = FaultCourse &
  Common & { readonly port: number; readonly host: string | undefined };

/** How long it lasts by its plan; the end of a drain, and of a restart, is up to its target. */
export function plannedMs(fault: FaultCourse): number {
  switch (fault.kind) {
    case "crash":
    case "drain":
      return 0;
    case "stall":
    case "limp":
      return fault.durationMs;
    case "restart":
      return fault.downtimeMs;
  }
}

/** What a fault is unless it says otherwise. */
export const faultDefaults = {
  signal: "SIGKILL",
  dutyShare: 0.8,
  periodMs: 200,
  withinMs: 30_000,
} as const;

/** As `--fault` takes it: `stall:50052@20s+10s`. */
export function formatFault(fault: PlannedFault): string {
  const { kind, endpoint, namesHost, start, expect } = fault;
  const whom = namesHost ? formatEndpoint(endpoint) : String(endpoint.port);
  const at = start.from === "begin" ? "" : "back+";
  const spanMs = plannedMs(fault);
  const span = spanMs > 0 ? `+${formatDuration(spanMs)}` : "";
  const options = [...optionsOf(fault), ...(expect === undefined ? [] : [`expect=${expect}`])];
  const head = `${kind}:${whom}@${at}${formatDuration(start.afterMs)}${span}`;
  return [head, ...options].join(",");
}

function optionsOf(fault: FaultCourse): readonly string[] {
  const { signal, dutyShare, periodMs, withinMs } = faultDefaults;
  switch (fault.kind) {
    case "crash":
      return fault.signal === signal ? [] : [`signal=${fault.signal}`];
    case "limp":
      return [
        ...(fault.dutyShare === dutyShare
          ? []
          : [`duty=${Number((fault.dutyShare * 100).toFixed(6))}%`]),
        ...(fault.periodMs === periodMs ? [] : [`period=${formatDuration(fault.periodMs)}`]),
      ];
    case "drain":
    case "restart":
      return fault.withinMs === withinMs ? [] : [`within=${formatDuration(fault.withinMs)}`];
    case "stall":
      return [];
  }
}
