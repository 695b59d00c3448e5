import type { UnaryResult } from "../../src/rpc/channel.ts";
import type { SimulatedConnection } from "./simulated-connection.ts";
import type { ServedStream } from "./simulated-stream.ts";

/** One call on its way through the simulation; each instant is undefined until it comes. */
export class SimulatedCall {
  readonly path: string;
  /** The `x-request-id`; undefined for probes. */
  readonly requestId: string | undefined;
  /** When it ends by itself, at both ends. */
  readonly deadlineUs: number;
  /** What carries it; undefined until it has left the client. */
  connection: SimulatedConnection | undefined = undefined;
  sentUs: number | undefined = undefined;
  arrivedUs: number | undefined = undefined;
  /** From here on it is executed, wholly or in part. */
  startedUs: number | undefined = undefined;
  answeredUs: number | undefined = undefined;
  /** The server is through with it: answered, dropped or killed; infinite while it is not. */
  finishedUs = Number.POSITIVE_INFINITY;
  /** The server has learned that nobody waits for it. */
  isCancelled = false;
  /** How the client is told of its end. */
  readonly onEnd: (result: UnaryResult) => void;
  /** Of a stream: where its server is, and how the client is told of its messages. */
  readonly served: ServedStream | undefined;
  readonly onMessage: (message: Uint8Array) => void;

  constructor(options: {
    readonly path: string;
    readonly requestId: string | undefined;
    readonly deadlineUs: number;
    readonly onEnd: (result: UnaryResult) => void;
    readonly served?: ServedStream;
    readonly onMessage?: (message: Uint8Array) => void;
  }) {
    this.path = options.path;
    this.requestId = options.requestId;
    this.deadlineUs = options.deadlineUs;
    this.onEnd = options.onEnd;
    this.served = options.served;
    this.onMessage = options.onMessage ?? (() => undefined);
  }

  get isProbe(): boolean {
    return this.requestId === undefined;
  }
}
