import type { Endpoint } from "../base/endpoint.ts";
import type { StatusName } from "./status.ts";

/** One connection to one replica, as much of it as failover needs. It never retries by itself. */
export interface Channel {
  readonly endpoint: Endpoint;
  readonly state: ChannelState;
  /** Called at every change of `state`, until close(). */
  onStateChange(listener: (state: ChannelState) => void): void;
  /**
   * Connects, and from then on connects again, with a small jittered backoff, whenever it is
   * broken.
   */
  connect(): void;
  unary(call: UnaryCall): PendingCall;
  close(): void;
}

/**
 * `ready`: the peer has spoken HTTP/2; `broken`: refused or lost, to be tried again after a pause.
 */
export type ChannelState = "idle" | "connecting" | "ready" | "broken";

export interface UnaryCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly request: Uint8Array;
  readonly timeoutMs: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Wait for a connection instead of failing at once while there is none; default false. */
  readonly waitForReady?: boolean;
}

export interface UnaryResult {
  readonly status: StatusName;
  /** Present when the status is OK. */
  readonly response?: Uint8Array;
  readonly detail: string;
  /** False only where the call provably never left this process. */
  readonly mayHaveExecuted: boolean;
  /** Whether the peer sent the status; otherwise the connection, the deadline or we made it. */
  readonly isFromPeer: boolean;
}

export interface PendingCall {
  /** Never rejects. */
  readonly result: Promise<UnaryResult>;
  /** Ends the call with CANCELLED; without effect once it has ended. */
  cancel(): void;
}
