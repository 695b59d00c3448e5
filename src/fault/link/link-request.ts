import type { Clock } from "../../base/clock.ts";
import type { TcpEndpoint } from "../../base/endpoint.ts";
import { DfsError } from "../../base/errors.ts";
import type { LedgerSink } from "../../ledger/writer.ts";
import { assertCompatible, type LinkFaults, linkFaultNames } from "./link-faults.ts";
import type { LinkTotals } from "./relay.ts";

/** A relay, what is going to be wrong with it, and when. */
export interface LinkRequest {
  readonly listen: TcpEndpoint;
  readonly to: TcpEndpoint;
  readonly faults: LinkFaults;
  readonly seed: number;
  /** From the opening of the relay to the fault. */
  readonly delayMs: number;
  /** How long the fault acts; undefined: until the relay ends. */
  readonly durationMs: number | undefined;
  /** How long the relay works; undefined: until the signal. */
  readonly forMs: number | undefined;
}

export interface LinkOptions {
  readonly clock: Clock;
  readonly ledger: LedgerSink;
  /** The run that the records belong to. */
  readonly run: string;
  /** Aborted: the relay ends. */
  readonly signal: AbortSignal;
  readonly notify: (event: LinkEvent) => void;
}

/** What happens to a link, in order, for whoever shows it. */
export type LinkEvent =
  | { readonly kind: "opened"; readonly tUs: number; readonly addresses: readonly string[] }
  | { readonly kind: "begun"; readonly tUs: number; readonly openCount: number }
  | { readonly kind: "over"; readonly tUs: number; readonly actedMs: number }
  | {
      readonly kind: "closed";
      readonly tUs: number;
      readonly openMs: number;
      readonly totals: LinkTotals;
      /** Connections that were still open, and were reset. */
      readonly openCount: number;
    }
  /** The server did not take a connection; the first of a row of them. */
  | { readonly kind: "unreachable"; readonly tUs: number };

export interface LinkResult {
  /** `cut-short`: the signal came before all that was planned had happened. */
  readonly outcome: "done" | "cut-short";
  readonly totals: LinkTotals;
}

/** Throws a usage error for a request that cannot be meant. */
export function assertPossible(request: LinkRequest): void {
  const { listen, to, faults, delayMs, durationMs, forMs } = request;
  assertCompatible(faults);
  const hasFault = linkFaultNames(faults).length > 0;
  if (!hasFault && (delayMs > 0 || durationMs !== undefined)) {
    throw new DfsError(
      "usage",
      "--delay and --duration need a fault that begins and ends: one of --latency, --bandwidth, " +
        "--corrupt, --blackhole, --reset, --refuse",
    );
  }
  if (forMs !== undefined && hasFault && forMs < delayMs + (durationMs ?? 1)) {
    const whole = durationMs === undefined ? "--delay" : "--delay and --duration together";
    throw new DfsError("usage", `--for must be longer than ${whole}: the fault lies within`);
  }
  if (listen.port === to.port && (listen.host === to.host || isLoop(listen.host, to.host))) {
    throw new DfsError("usage", `--to must not be the link's own port ${listen.port}`);
  }
}

function isLoop(listenHost: string, toHost: string): boolean {
  const names = ["localhost", "127.0.0.1", "::1", "0.0.0.0", "::"];
  const isDistinct =
    [listenHost, toHost].includes("127.0.0.1") && [listenHost, toHost].includes("::1");
  return names.includes(listenHost) && names.includes(toHost) && !isDistinct;
}
