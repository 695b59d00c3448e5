import { type ChannelOptions, Client, credentials, Metadata, status } from "@grpc/grpc-js";
import { systemClock } from "../../src/base/clock.ts";
import { runDfs } from "../../src/rpc/dfs-service.ts";
import type { PeerConfig, RequestResult } from "./record.ts";

/** How one call ended. */
export interface Try extends Pick<RequestResult, "finishedUs" | "outcome" | "port"> {
  /** It ended in silence or without a connection. */
  readonly isRetryable: boolean;
}

export interface Caller {
  /** One call, which ends by `deadlineUs`. */
  call(id: string, deadlineUs: number, previousAttempts?: number): Promise<Try>;
  close(): void;
}

const retryableCodes = new Set<number>([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]);

/** A grpc-js client of all `ports`, connecting from now on. */
export function openCaller(
  config: PeerConfig,
  options: { ports: readonly number[]; channelOptions: ChannelOptions },
): Caller {
  const addresses = options.ports.map((port) => `127.0.0.1:${port}`).join(",");
  const client = new Client(`ipv4:${addresses}`, credentials.createInsecure(), {
    ...options.channelOptions,
    "grpc.use_local_subchannel_pool": 1,
  });
  client.getChannel().getConnectivityState(true);
  const bytes = Buffer.from(config.requestHex, "hex");
  const identity = (buffer: Buffer) => buffer;
  return {
    close: () => client.close(),
    call: (id, deadlineUs, previousAttempts = 0) =>
      new Promise((resolve) => {
        const metadata = new Metadata();
        metadata.set("x-request-id", id);
        if (previousAttempts > 0) {
          metadata.set("grpc-previous-rpc-attempts", String(previousAttempts));
        }
        let port = 0;
        const call = client.makeUnaryRequest(
          runDfs.path,
          identity,
          identity,
          bytes,
          metadata,
          { deadline: deadlineUs / 1000 },
          (error, response) => {
            const finishedUs = systemClock.nowUs();
            const isRetryable = error !== null && retryableCodes.has(error.code);
            const outcome = error === null ? judged(response, config) : "lost";
            resolve({ finishedUs, outcome, port: error === null ? port : 0, isRetryable });
          },
        );
        call.on("metadata", (head: Metadata) => {
          port = Number(head.get("x-replica")[0] ?? 0);
        });
      }),
  };
}

function judged(response: Buffer | undefined, { right }: PeerConfig): "ok" | "wrong" {
  if (response === undefined) return "wrong";
  const { found, visitedCount } = runDfs.responseDeserialize(response);
  return found === right.found && visitedCount === right.visitedCount ? "ok" : "wrong";
}
