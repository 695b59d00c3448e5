import {
  type CallOptions,
  type ChannelOptions,
  Client,
  type ClientDuplexStream,
  connectivityState,
  credentials,
  Metadata,
  type StatusObject,
} from "@grpc/grpc-js";
import { type CancelTimer, systemClock, wallClockIn } from "../../src/base/clock.ts";
import { type Endpoint, formatEndpoint } from "../../src/base/endpoint.ts";
import { limits } from "../../src/base/limits.ts";
import { parsePushback, pushbackKey } from "../../src/rpc/call-end.ts";
import { unarySink } from "../../src/rpc/call-sink.ts";
import type {
  CallEnd,
  CallHead,
  CancelCall,
  Channel,
  ChannelState,
  StreamCall,
  StreamControl,
  StreamEvents,
  UnaryCall,
  UnaryResult,
} from "../../src/rpc/channel.ts";
import { metadataEntries } from "../../src/rpc/grpc-metadata.ts";
import { statusName } from "../../src/rpc/status.ts";

export interface GrpcChannelOptions {
  readonly connectTimeoutMs?: number;
  readonly messageMaxBytes?: number;
}

const fixedOptions: ChannelOptions = {
  // Retries are failover's to decide, on another replica.
  "grpc.enable_retries": 0,
  "grpc.service_config_disable_resolution": 1,
  // One connection per channel: replicas on one endpoint in two channels must not share a
  // subchannel.
  "grpc.use_local_subchannel_pool": 1,
  // gRPC's own 1 s .. 120 s would decide when a restarted replica is used again.
  "grpc.initial_reconnect_backoff_ms": limits.reconnectPauseMinMs,
  "grpc.min_reconnect_backoff_ms": limits.reconnectPauseMinMs,
  "grpc.max_reconnect_backoff_ms": limits.reconnectPauseMaxMs,
};

/**
 * A channel over grpc-js, in plain text. It is never `draining`: grpc-js keeps a GOAWAY to itself,
 * and connects again while open calls finish.
 */
export function openGrpcChannel(endpoint: Endpoint, options: GrpcChannelOptions = {}): Channel {
  return new GrpcChannel(endpoint, {
    connectTimeoutMs: options.connectTimeoutMs ?? limits.connectTimeoutMs,
    messageMaxBytes: options.messageMaxBytes ?? limits.messageMaxBytes,
  });
}

/** What grpc-js gives of a running call. */
type RunningCall = ClientDuplexStream<Uint8Array, Uint8Array>;

class GrpcChannel implements Channel {
  readonly endpoint: Endpoint;
  #client: Client;
  /** Those that were given up; they end with their calls, at the latest when the channel closes. */
  readonly #retired: Client[] = [];
  readonly #options: Required<GrpcChannelOptions>;
  readonly #listeners: ((state: ChannelState) => void)[] = [];
  readonly #calls = new Set<GrpcCall>();
  #state: ChannelState = "idle";
  #isWatching = false;
  #isClosed = false;
  #cancelTimeout: CancelTimer | undefined;

  constructor(endpoint: Endpoint, options: Required<GrpcChannelOptions>) {
    this.endpoint = endpoint;
    this.#options = options;
    this.#client = this.#open();
  }

  get state(): ChannelState {
    return this.#state;
  }

  onStateChange(listener: (state: ChannelState) => void): void {
    this.#listeners.push(listener);
  }

  connect(): void {
    if (this.#isWatching || this.#isClosed) return;
    this.#isWatching = true;
    this.#watch(this.#client, this.#client.getChannel().getConnectivityState(true));
  }

  renew(): void {
    if (this.#isClosed || this.#state !== "ready") return;
    this.#retired.push(this.#client);
    this.#client = this.#open();
    this.#watch(this.#client, this.#client.getChannel().getConnectivityState(true));
  }

  unary(call: UnaryCall, onResult: (result: UnaryResult) => void): CancelCall {
    const begun = this.#begin(call, unarySink(onResult), [call.request]);
    return () => begun.cancel();
  }

  stream(call: StreamCall, events: StreamEvents): StreamControl {
    const begun = this.#begin(call, events, call.requests);
    return {
      cancel: () => begun.cancel(),
      pause: () => begun.pause(),
      resume: () => begun.resume(),
    };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelTimeout?.();
    for (const call of [...this.#calls]) call.cancel("the channel was closed");
    for (const client of [...this.#retired, this.#client]) client.close();
  }

  #open(): Client {
    return new Client(formatEndpoint(this.endpoint), credentials.createInsecure(), {
      ...fixedOptions,
      "grpc.max_receive_message_length": this.#options.messageMaxBytes,
    });
  }

  #begin(
    call: CallHead & { readonly waitForReady?: boolean },
    events: StreamEvents,
    requests: Iterable<Uint8Array>,
  ): GrpcCall {
    const metadata = new Metadata({ waitForReady: call.waitForReady ?? false });
    for (const [key, value] of metadataEntries(call.metadata)) {
      metadata.set(key, key.endsWith("-bin") ? Buffer.from(value, "base64") : value);
    }
    this.connect();
    const begun = new GrpcCall(events, (ended) => this.#calls.delete(ended));
    this.#calls.add(begun);
    if (this.#isClosed) begun.cancel("the channel is closed");
    else begun.start(this.#request(call, metadata), requests);
    return begun;
  }

  #request(call: CallHead, metadata: Metadata): RunningCall {
    const options: CallOptions = { deadline: wallClockIn(call.timeoutMs) };
    return this.#client.makeBidiStreamRequest(
      call.path,
      (request: Uint8Array) => Buffer.from(request.buffer, request.byteOffset, request.byteLength),
      (response: Buffer) => response,
      metadata,
      options,
    );
  }

  /**
   * grpc-js falls idle after a lost connection; asking for its state with `true` makes it connect
   * again.
   */
  #watch(client: Client, current: connectivityState): void {
    if (this.#isClosed || client !== this.#client) return;
    this.#enter(stateOf(current));
    const channel = client.getChannel();
    channel.watchConnectivityState(current, Number.POSITIVE_INFINITY, (error) => {
      if (error || this.#isClosed) return;
      this.#watch(client, channel.getConnectivityState(true));
    });
  }

  #enter(state: ChannelState): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
    if (state === "connecting") {
      // grpc-js has no such bound. It stays with this one attempt, and is ready when that succeeds.
      this.#cancelTimeout = systemClock.after(this.#options.connectTimeoutMs, () =>
        this.#enter("broken"),
      );
    }
    if (state === this.#state || this.#isClosed) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

class GrpcCall {
  readonly #events: StreamEvents;
  readonly #onEnded: (call: GrpcCall) => void;
  #running: RunningCall | undefined;
  #hasEnded = false;

  constructor(events: StreamEvents, onEnded: (call: GrpcCall) => void) {
    this.#events = events;
    this.#onEnded = onEnded;
  }

  start(running: RunningCall, requests: Iterable<Uint8Array>): void {
    this.#running = running;
    let status: StatusObject | undefined;
    let isBodyRead = false;
    const complete = () => {
      if (status !== undefined && (isBodyRead || isOwn(status))) this.#end(endOf(status));
    };
    running.on("data", (message: Uint8Array) => {
      if (!this.#hasEnded) this.#events.onMessage(message);
    });
    running.on("end", () => {
      isBodyRead = true;
      complete();
    });
    // Every error is told as a status too.
    running.on("error", () => undefined);
    running.on("status", (told: StatusObject) => {
      status = told;
      complete();
    });
    this.#send(running, requests[Symbol.iterator]());
  }

  /** grpc-js takes whatever is written, whether the peer reads or not: it is given some a turn. */
  #send(running: RunningCall, requests: Iterator<Uint8Array>): void {
    for (let turn = 0; turn < 64 && !this.#hasEnded; turn++) {
      const { done, value } = requests.next();
      if (done === true) {
        running.end();
        return;
      }
      running.write(value);
    }
    if (!this.#hasEnded) setImmediate(() => this.#send(running, requests));
  }

  cancel(detail = "cancelled by the caller"): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#onEnded(this);
    // grpc-js does not tell whether it was sent.
    const end: CallEnd = { status: "CANCELLED", detail, mayHaveExecuted: true };
    queueMicrotask(() => this.#events.onEnd(end));
    this.#running?.cancel();
    this.#running?.resume();
  }

  pause(): void {
    if (!this.#hasEnded) this.#running?.pause();
  }

  resume(): void {
    if (!this.#hasEnded) this.#running?.resume();
  }

  #end(end: CallEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#onEnded(this);
    this.#events.onEnd(end);
  }
}

function stateOf(state: connectivityState): ChannelState {
  switch (state) {
    case connectivityState.READY:
      return "ready";
    case connectivityState.CONNECTING:
      return "connecting";
    case connectivityState.TRANSIENT_FAILURE:
      return "broken";
    default:
      return "idle";
  }
}

/** Whether the end does not wait for the caller to read what came before it. */
function isOwn(status: StatusObject): boolean {
  const name = statusName(status.code);
  return name === "CANCELLED" || name === "DEADLINE_EXCEEDED";
}

/** grpc-js says by these texts alone that a call found no connection, or was refused unread. */
const noConnection =
  /^No connection established(?:\. Last error: (?:Error: )?(.*?)\. Resolution note:.*)?$/s;
const refusedStream = "Stream refused by server";
const deadlineUnsent = /^Deadline exceeded after (?!.*remote_addr=).*Waiting for LB pick$/;

function endOf(status: StatusObject): CallEnd {
  const { details } = status;
  const match = noConnection.exec(details);
  const pushback = status.metadata.get(pushbackKey)[0];
  const isUnsent = match !== null || details === refusedStream || deadlineUnsent.test(details);
  return {
    status: statusName(status.code),
    detail: match === null ? details : `no connection: ${match[1] ?? "none yet"}`,
    mayHaveExecuted: !isUnsent,
    // A status that grpc-js makes by itself carries none of the headers that a peer sends with one.
    ...(Object.keys(status.metadata.getMap()).length > 0 ? { isFromPeer: true } : {}),
    ...(pushback === undefined ? {} : { pushback: parsePushback(String(pushback)) }),
  };
}
