import { parseEndpoint } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import type { RunRecord } from "../ledger/record.ts";

/**
 * Whether instants of both processes may be subtracted: one host, one boot. Unknown counts as no.
 */
export function shareClock(a: RunRecord | undefined, b: RunRecord | undefined): boolean {
  return a !== undefined && b !== undefined && a.host === b.host && a.boot === b.boot;
}

/** What is known of where something listens. */
export interface Listener {
  readonly port: number;
  /**
   * As it calls itself, such as localhost:50051; undefined for a fault, which knows the port alone.
   */
  readonly endpoint: string | undefined;
  readonly header: RunRecord | undefined;
}

/**
 * The client's endpoint behind which `listener` stands, or undefined when none or several could be
 * meant: the ports must be equal, and the endpoint's host must mean the listener's machine.
 */
export function endpointBehind(
  listener: Listener,
  endpoints: readonly string[],
  client: RunRecord | undefined,
): string | undefined {
  const candidates = endpoints.filter((endpoint) => mayBe(listener, endpoint, client));
  const exact = candidates.find((endpoint) => endpoint === listener.endpoint);
  return exact ?? (candidates.length === 1 ? candidates[0] : undefined);
}

function mayBe(listener: Listener, text: string, client: RunRecord | undefined): boolean {
  const endpoint = endpointOrUndefined(text);
  if (endpoint === undefined || endpoint.port !== listener.port) return false;
  const { header } = listener;
  const isOfClientHost = header !== undefined && header.host === client?.host;
  if (isLoopback(endpoint.host)) return isOfClientHost;
  return isOfClientHost || header?.host === endpoint.host || listener.endpoint === text;
}

export function endpointOrUndefined(text: string): { host: string; port: number } | undefined {
  try {
    return parseEndpoint(text);
  } catch (error) {
    if (error instanceof DfsError) return undefined;
    throw error;
  }
}

/** Means another machine on every machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
}
