import { DfsError } from "./errors.ts";

/** Where one replica listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `localhost:50051`, `127.0.0.1:50051` or `[::1]:50051`; throws a usage error otherwise. */
export function parseEndpoint(text: string): Endpoint {
  const match = /^(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([^\s:[\]/,]+)):(\d+)$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65535) {
    throw new DfsError(
      "usage",
      `Cannot use "${text}" as an endpoint: it must be host:port with a port in 1..65535, ` +
        "such as localhost:50051 or [::1]:50051",
    );
  }
  return { host: match[1] ?? match[2] ?? "", port };
}

/** The inverse of parseEndpoint. */
export function formatEndpoint(endpoint: Endpoint): string {
  const host = endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host;
  return `${host}:${endpoint.port}`;
}
