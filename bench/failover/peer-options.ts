import type { ChannelOptions } from "@grpc/grpc-js";
import type { PeerStyle } from "./record.ts";

/** What a style asks of grpc-js. Durations of outlier_detection must be objects, not texts. */
export function optionsOf(style: PeerStyle): { channelOptions: ChannelOptions } {
  const serviceConfig = serviceConfigs[style];
  return {
    channelOptions: {
      ...(serviceConfig && { "grpc.service_config": JSON.stringify(serviceConfig) }),
      ...(style === "best" && fastReconnect),
    },
  };
}

const roundRobin = [{ round_robin: {} }];

const fastReconnect: ChannelOptions = {
  "grpc.keepalive_time_ms": 200,
  "grpc.keepalive_timeout_ms": 200,
  "grpc.keepalive_permit_without_calls": 1,
  "grpc.initial_reconnect_backoff_ms": 50,
  "grpc.min_reconnect_backoff_ms": 50,
  "grpc.max_reconnect_backoff_ms": 100,
  "grpc.enable_retries": 0,
};

const milliseconds = (ms: number) => ({ seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1e6 });

const serviceConfigs: Readonly<Record<PeerStyle, object | undefined>> = {
  plain: undefined,
  original: undefined,
  /** The example of gRPC's own proposal on retries, with its usual first pause. */
  stock: {
    loadBalancingConfig: roundRobin,
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
  },
  hedging: {
    loadBalancingConfig: roundRobin,
    methodConfig: [
      {
        name: [{}],
        hedgingPolicy: {
          maxAttempts: 3,
          hedgingDelay: "0.02s",
          nonFatalStatusCodes: ["UNAVAILABLE"],
        },
      },
    ],
  },
  best: {
    loadBalancingConfig: [
      {
        outlier_detection: {
          interval: milliseconds(100),
          base_ejection_time: milliseconds(500),
          max_ejection_time: milliseconds(1000),
          max_ejection_percent: 67,
          failure_percentage_ejection: {
            threshold: 50,
            enforcement_percentage: 100,
            minimum_hosts: 2,
            request_volume: 1,
          },
          child_policy: roundRobin,
        },
      },
    ],
  },
};
