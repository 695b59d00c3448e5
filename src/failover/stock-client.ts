import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { type Clock, wallClockIn } from "../base/clock.ts";
import { type Endpoint, formatEndpoint, parseEndpoint, tcpOf } from "../base/endpoint.ts";
import { assert } from "../base/errors.ts";
import { statusName } from "../rpc/status.ts";
import type { CallResult, FailoverRequest, RequestClient } from "./request.ts";

/**
 * What gRPC itself offers, for comparison: round_robin over all replicas and the retry policy of
 * the gRPC documentation's example. It has no attempt timeout, so it never retries a silent
 * replica.
 */
const serviceConfig = {
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      name: [{}],
      retryPolicy: {
        maxAttempts: 4,
        initialBackoff: "0.1s",
        maxBackoff: "1s",
        backoffMultiplier: 2,
        retryableStatusCodes: ["UNAVAILABLE"],
      },
    },
  ],
};

/** A plain grpc-js client over loopback replicas. */
export class StockClient implements RequestClient {
  readonly attemptTimeoutMs = Number.POSITIVE_INFINITY;
  readonly refusedCount = 0;
  readonly #client: Client;
  readonly #clock: Clock;

  constructor(endpoints: readonly Endpoint[], clock: Clock) {
    this.#clock = clock;
    // Only the ipv4 scheme takes several addresses in one target.
    const addresses = endpoints.map(tcpOf).map(({ host, port }) => {
      return formatEndpoint({ host: host === "localhost" ? "127.0.0.1" : host, port });
    });
    this.#client = new Client(`ipv4:${addresses.join(",")}`, credentials.createInsecure(), {
      "grpc.service_config": JSON.stringify(serviceConfig),
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  start(request: FailoverRequest, onDone: (result: CallResult) => void): void {
    assert("bytes" in request, "gRPC's own client is compared by unary calls alone");
    const sentUs = this.#clock.nowUs();
    const metadata = new Metadata();
    metadata.set("x-request-id", request.id);
    const call = this.#client.makeUnaryRequest(
      request.path,
      (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      (bytes: Buffer) => bytes,
      request.bytes,
      metadata,
      { deadline: wallClockIn((request.deadlineUs - sentUs) / 1000) },
      (error, response) => {
        const finishedUs = this.#clock.nowUs();
        const status = error === null ? "OK" : statusName(error.code);
        const detail = error === null ? "" : `${status}: ${error.details}`;
        onDone({
          finishedUs,
          attemptCount: 1,
          endpoint: peerOf(call.getPeer()),
          answer:
            error === null
              ? {
                  status,
                  response: response ?? new Uint8Array(),
                  detail,
                  serviceUs: finishedUs - sentUs,
                }
              : undefined,
          detail,
          mayHaveExecuted: true,
          isRefused: false,
        });
      },
    );
  }

  close(): void {
    this.#client.close();
  }
}

/** Undefined while the call has not found a connection. */
function peerOf(peer: string): Endpoint | undefined {
  if (!/:\d+$/.test(peer)) return undefined;
  const { host, port } = parseEndpoint(peer);
  return { host: host === "127.0.0.1" ? "localhost" : host, port };
}
