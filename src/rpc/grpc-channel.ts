import {
  type ChannelOptions,
  Client,
  connectivityState,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import { wallClockIn } from "../base/clock.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import type { Channel, ChannelState, PendingCall, UnaryCall, UnaryResult } from "./channel.ts";
import { statusName } from "./status.ts";

const options: ChannelOptions = {
  // Retries are failover's to decide, on another replica.
  "grpc.enable_retries": 0,
  "grpc.service_config_disable_resolution": 1,
  // One connection per channel: replicas on one endpoint in two channels must not share a
  // subchannel.
  "grpc.use_local_subchannel_pool": 1,
  // gRPC's own 1 s .. 120 s would decide when a restarted replica is used again.
  "grpc.initial_reconnect_backoff_ms": 50,
  "grpc.min_reconnect_backoff_ms": 50,
  "grpc.max_reconnect_backoff_ms": 500,
};

/** A channel over grpc-js, in plain text. */
export function openGrpcChannel(endpoint: Endpoint): Channel {
  return new GrpcChannel(endpoint);
}

class GrpcChannel implements Channel {
  readonly endpoint: Endpoint;
  readonly #client: Client;
  readonly #listeners: ((state: ChannelState) => void)[] = [];
  #state: ChannelState = "idle";
  #closed = false;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
    this.#client = new Client(formatEndpoint(endpoint), credentials.createInsecure(), options);
  }

  get state(): ChannelState {
    return this.#state;
  }

  onStateChange(listener: (state: ChannelState) => void): void {
    this.#listeners.push(listener);
  }

  connect(): void {
    this.#watch(this.#client.getChannel().getConnectivityState(true));
  }

  unary(call: UnaryCall): PendingCall {
    const metadata = new Metadata({ waitForReady: call.waitForReady ?? false });
    for (const [key, value] of Object.entries(call.metadata ?? {})) metadata.set(key, value);
    const { promise, resolve } = Promise.withResolvers<UnaryResult>();
    const pending = this.#client.makeUnaryRequest(
      call.path,
      (request: Uint8Array) => Buffer.from(request.buffer, request.byteOffset, request.byteLength),
      (response: Buffer) => response,
      call.request,
      metadata,
      { deadline: wallClockIn(call.timeoutMs) },
      (error, response) => resolve(error === null ? answered(response) : failed(error)),
    );
    return { result: promise, cancel: () => pending.cancel() };
  }

  close(): void {
    this.#closed = true;
    this.#client.close();
  }

  /**
   * grpc-js falls idle after a lost connection; asking for its state with `true` makes it connect
   * again.
   */
  #watch(current: connectivityState): void {
    if (this.#closed) return;
    this.#transition(stateOf(current));
    const channel = this.#client.getChannel();
    channel.watchConnectivityState(current, Number.POSITIVE_INFINITY, (error) => {
      if (error || this.#closed) return;
      this.#watch(channel.getConnectivityState(true));
    });
  }

  #transition(state: ChannelState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
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

function answered(response: Uint8Array | undefined): UnaryResult {
  return {
    status: "OK",
    response: response ?? new Uint8Array(),
    detail: "",
    mayHaveExecuted: true,
    isFromPeer: true,
  };
}

/** grpc-js says by these texts alone that a call found no connection, or was refused unread. */
const noConnection =
  /^No connection established(?:\. Last error: (?:Error: )?(.*?)\. Resolution note:.*)?$/s;
const refusedStream = "Stream refused by server";

function failed(error: ServiceError): UnaryResult {
  const { details } = error;
  const match = noConnection.exec(details);
  return {
    status: statusName(error.code),
    detail: match === null ? details : `no connection: ${match[1] ?? "none yet"}`,
    mayHaveExecuted: match === null && details !== refusedStream,
    // A status that grpc-js makes by itself carries none of the headers that a peer sends with one.
    isFromPeer: Object.keys(error.metadata.getMap()).length > 0,
  };
}
