import { compareText, type ServerRun } from "./ledger-collector.ts";
import type { RunData } from "./run-data.ts";
import { endpointBehind, endpointOrUndefined } from "./same-host.ts";

/**
 * Every replica of the run, as the client names it: those of its configuration, and those it tried.
 */
export function replicaEndpoints(data: RunData): readonly string[] {
  const configured = (data.header?.config["replicas"] ?? "").split(",").map((text) => text.trim());
  const states = data.states.map(({ endpoint }) => endpoint);
  const { streams } = data;
  const ofGaps = streams.gaps.flatMap(({ gap }) => [gap.from, gap.to]);
  const ofStreams = [...streams.endpoints.all, ...ofGaps];
  const all = new Set([...configured, ...data.endpoints.all, ...states, ...ofStreams]);
  all.delete("");
  return [...all].sort(compareText);
}

/**
 * For each server run: the client's endpoint behind which it serves, undefined when it is none of
 * them.
 */
export function endpointsOfServers(
  servers: readonly ServerRun[],
  data: RunData,
): readonly (string | undefined)[] {
  const endpoints = replicaEndpoints(data);
  return servers.map(({ header }) => {
    if (header === undefined) return undefined;
    const endpoint = header.config["endpoint"];
    const port = Number(header.config["port"] ?? endpointOrUndefined(endpoint ?? "")?.port);
    return endpointBehind({ port, endpoint, header }, endpoints, data.header);
  });
}

/** How the report names a server run that is none of the client's endpoints. */
export function serverName(server: ServerRun): string {
  const { header, path } = server;
  // With its host, since localhost:50051 may be an endpoint of the client too, and another
  // machine's.
  return header === undefined
    ? `the server of ${path}`
    : `${header.config["endpoint"] ?? path} on ${header.host}`;
}
