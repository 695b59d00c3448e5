import type { Endpoint } from "../base/endpoint.ts";
import type { StatusName } from "./status.ts";

/**
 * One connection to one replica, as much of it as failover needs. It never retries by itself. Calls
 * end by callback, so that whoever simulates a channel decides the order of events.
 */
export interface Channel {
  readonly endpoint: Endpoint;
  readonly state: ChannelState;
  /** Why there is no connection, since it was last tried in vain; undefined: not known. */
  readonly failure?: string | undefined;
  /** Called at every change of `state`, until close(); `reason`: why it is `broken`, if known. */
  onStateChange(listener: (state: ChannelState, reason?: string) => void): void;
  /** Connects, and from then on connects again, after a small jittered backoff, when broken. */
  connect(): void;
  /**
   * Connects anew beside the present connection, if there is one, which may be dead without a word:
   * open calls go on there, new ones wait for the new one.
   */
  renew(): void;
  /** `onResult` is called exactly once, never before unary() has returned. */
  unary(call: UnaryCall, onResult: (result: UnaryResult) => void): CancelCall;
  /**
   * A call of any number of messages in either direction. Ours are sent as the peer takes them,
   * while its own are read; once the call has ended no more of them are. `onEnd` is called exactly
   * once, after the last message, and neither before stream() has returned.
   */
  stream(call: StreamCall, events: StreamEvents): StreamControl;
  /** Ends what is open with CANCELLED. */
  close(): void;
}

/**
 * `connecting`: the peer has not spoken HTTP/2 yet, which a suspended process never does. `ready`:
 * it has. `draining`: it has announced to go (GOAWAY); open calls finish, new ones belong
 * elsewhere. `broken`: refused, lost, or silent for too long while connecting; to be tried again
 * after a pause.
 */
export type ChannelState = "idle" | "connecting" | "ready" | "draining" | "broken";

/** What every call says, whatever its messages. */
export interface CallHead {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Infinite: none. */
  readonly timeoutMs: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface StreamCall extends CallHead {
  /** Gone through once, each message as the peer has room for it; must not throw. */
  readonly requests: Iterable<Uint8Array>;
}

export interface UnaryCall extends CallHead {
  readonly request: Uint8Array;
  /** Wait for a connection instead of failing at once while there is none; default false. */
  readonly waitForReady?: boolean;
}

/** How a call ended. */
export interface CallEnd {
  readonly status: StatusName;
  readonly detail: string;
  /**
   * False only where the call provably was not executed: it never left this process, its stream was
   * refused, or the peer's GOAWAY says that it was not looked at.
   */
  readonly mayHaveExecuted: boolean;
  /** The peer sent the status; absent: the connection, the deadline or we ourselves made it. */
  readonly isFromPeer?: true;
  /** The server's `grpc-retry-pushback-ms`: the pause it asks for, or not to retry at all. */
  readonly pushback?: number | "never";
}

export interface UnaryResult extends CallEnd {
  /** Present when the status is OK. */
  readonly response?: Uint8Array;
}

/** Ends the call with CANCELLED; without effect once it has ended. */
export type CancelCall = () => void;

export interface StreamEvents {
  onMessage(message: Uint8Array): void;
  onEnd(end: CallEnd): void;
}

export interface StreamControl {
  readonly cancel: CancelCall;
  /** Stops and restarts the flow of messages; the server feels it by HTTP/2 flow control. */
  pause(): void;
  resume(): void;
}

/** A unary call as a promise, which never rejects. */
export function unaryResult(channel: Channel, call: UnaryCall): Promise<UnaryResult> {
  return new Promise((resolve) => channel.unary(call, resolve));
}
