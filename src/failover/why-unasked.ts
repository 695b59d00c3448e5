import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import type { ReplicaState } from "./replica-state.ts";

/** A replica, and why there is no connection to it as far as that is known. */
export interface Unasked {
  readonly endpoint: Endpoint;
  readonly state: ReplicaState;
  readonly failure: string | undefined;
}

/**
 * Why a request was sent to none of these: `no attempt was made; localhost:50051: no connection:
 * TLS handshake failed: ...`.
 */
export function whyUnasked(replicas: readonly Unasked[]): string {
  const absent = replicas.filter(({ state }) => state !== "healthy");
  const shown = absent.slice(0, limits.unaskedTellMaxCount);
  const more = absent.length - shown.length;
  return [
    "no attempt was made",
    ...shown.map((replica) => `${formatEndpoint(replica.endpoint)}: ${why(replica)}`),
    ...(more === 0 ? [] : [`and ${more} more`]),
  ].join("; ");
}

function why({ state, failure }: Unasked): string {
  if (failure !== undefined) return `no connection: ${failure}`;
  return state === "down" ? "no connection" : "connected, but no answer";
}
