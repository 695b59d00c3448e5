import type { PeerStyle } from "./record.ts";

/** A client of the benchmark. */
export interface Contestant {
  readonly name: string;
  readonly title: string;
  readonly program:
    | { readonly kind: "dfs"; readonly policy: "adaptive" | "retry" | "none" }
    | { readonly kind: "grpc-js"; readonly style: PeerStyle; readonly proxy?: ProxyName }
    | { readonly kind: "grpc-go" };
  /**
   * Where its attempts are counted: its own count; the highest grpc-previous-rpc-attempts that
   * reached a replica, for each request; nowhere.
   */
  readonly attemptsFrom: "client" | "replicas" | "nowhere";
  /** nginx refuses Bun's HTTP/2 server, which ignores the header table size it announces. */
  readonly replicaRuntime: "bun" | "node";
}

export type ProxyName = "haproxy" | "nginx";

const onBun = { replicaRuntime: "bun" } as const;
const onNode = { replicaRuntime: "node" } as const;

function dfs(policy: "adaptive" | "retry" | "none"): Contestant {
  const program = { kind: "dfs", policy } as const;
  return {
    name: `dfs-${policy}`,
    title: `dfs ${policy}`,
    program,
    attemptsFrom: "client",
    ...onBun,
  };
}

function grpcJs(style: PeerStyle, title: string, attemptsFrom: "client" | "replicas"): Contestant {
  const name = style === "original" ? style : `grpcjs-${style}`;
  return { name, title, program: { kind: "grpc-js", style }, attemptsFrom, ...onBun };
}

function behind(proxy: ProxyName): Contestant {
  const program = { kind: "grpc-js", style: "plain", proxy } as const;
  return { name: proxy, title: proxy, program, attemptsFrom: "nowhere", ...onNode };
}

export const contestants: readonly Contestant[] = [
  dfs("adaptive"),
  dfs("retry"),
  dfs("none"),
  grpcJs("stock", "grpc-js retryPolicy", "replicas"),
  grpcJs("hedging", "grpc-js hedging 20 ms x 3", "replicas"),
  grpcJs("best", "grpc-js best configured", "client"),
  {
    name: "grpc-go-stock",
    title: "grpc-go retryPolicy",
    program: { kind: "grpc-go" },
    attemptsFrom: "replicas",
    ...onBun,
  },
  grpcJs("original", "original style (closed loop)", "client"),
  behind("haproxy"),
  behind("nginx"),
];
