import { isIP } from "node:net";
import { assert, DfsError } from "./errors.ts";
import { canonicalHost, type HostFault, hostNameFault, listeningFault } from "./host.ts";
import { limits } from "./limits.ts";
import { escaped } from "./printable.ts";

/** Where one replica listens: a port of a host, or a socket of this host's file system. */
export type Endpoint = TcpEndpoint | UnixEndpoint;

export interface TcpEndpoint {
  readonly host: string;
  readonly port: number;
  /** The name of which `host` is one address, where a name was given that may have several. */
  readonly serverName?: string;
}

export interface UnixEndpoint {
  /** Absolute. */
  readonly path: string;
}

export function isTcp(endpoint: Endpoint): endpoint is TcpEndpoint {
  return "port" in endpoint;
}

/** Of a replica that is known to listen on a port. */
export function tcpOf(endpoint: Endpoint): TcpEndpoint {
  assert(isTcp(endpoint), `${formatEndpoint(endpoint)} is a port of a host`);
  return endpoint;
}

const hostForm = /^(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([^\s\p{C}:[\]/,"@]+)):(\d+)$/u;

/** `localhost:50051`, `127.0.0.1:50051` or `[::1]:50051`; throws a usage error otherwise. */
export function parseEndpoint(text: string): TcpEndpoint {
  const endpoint = splitEndpoint(text);
  if (endpoint === undefined) {
    throw unusableEndpoint(
      text,
      "it must be host:port with a port in 1..65535, such as localhost:50051 or [::1]:50051",
    );
  }
  refuseHost(text, endpoint, hostFault);
  return endpoint;
}

/** Of a text that has the form of an endpoint, whatever is said of its host. */
export function splitEndpoint(text: string): TcpEndpoint | undefined {
  const match = text.length <= limits.targetMaxLength ? hostForm.exec(text) : null;
  const [, address, name = "", digits] = match ?? [];
  const port = Number(digits);
  if (match === null || !(port >= 1 && port <= 65535)) return undefined;
  if (address !== undefined && !isAddress(address)) return undefined;
  return { host: address ?? name, port };
}

/**
 * Throws a usage error for an endpoint, typed as `text`, that is none or that nobody can connect
 * to. `scheme`: what stands before it in `text`.
 */
export function requireReachable(text: string, endpoint: TcpEndpoint, scheme = ""): void {
  refuseHost(text, endpoint, (host) => hostFault(host) ?? listeningFault(host), scheme);
}

function hostFault(host: string): HostFault | undefined {
  return host.includes(":") ? undefined : hostNameFault(host);
}

function refuseHost(
  text: string,
  { host, port }: TcpEndpoint,
  faultOf: (host: string) => HostFault | undefined,
  scheme = "",
): void {
  const fault = faultOf(host);
  if (fault === undefined) return;
  const { rule, near } = fault;
  const hint =
    near === undefined ? "" : `; did you mean ${quoted(`${scheme}${hostPort(near, port)}`)}?`;
  throw unusableEndpoint(text, `${rule}${hint}`);
}

export function unusableEndpoint(text: string, rule: string): DfsError {
  return new DfsError("usage", `Cannot use ${quoted(text)} as an endpoint: ${rule}`);
}

function isAddress(text: string): boolean {
  return isIP(text.replace(/%.*$/, "")) === 6;
}

/** The inverse of parseEndpoint(), and of parseTarget() for what is no name. */
export function formatEndpoint(endpoint: Endpoint): string {
  return isTcp(endpoint) ? hostPort(endpoint.host, endpoint.port) : `unix://${endpoint.path}`;
}

/** The same text for every spelling of one endpoint. */
export function endpointKey(endpoint: Endpoint): string {
  if (!isTcp(endpoint)) return formatEndpoint(endpoint);
  return hostPort(canonicalHost(endpoint.host), endpoint.port);
}

/**
 * Keys of all that an endpoint stands for: localhost is 127.0.0.1 and ::1 as well, which of
 * themselves may be two replicas.
 */
export function coveredKeys(endpoint: Endpoint): readonly string[] {
  const own = endpointKey(endpoint);
  if (!isTcp(endpoint) || canonicalHost(endpoint.host) !== "localhost") return [own];
  return [own, ...["127.0.0.1", "::1"].map((host) => hostPort(host, endpoint.port))];
}

/** What a server is told that it is asked as: `host:port`, by its name where that is known. */
export function authorityOf(endpoint: Endpoint): string {
  if (!isTcp(endpoint)) return "localhost";
  return hostPort(serverNameOf(endpoint), endpoint.port);
}

/** The host that a server's certificate has to be for. */
export function serverNameOf(endpoint: Endpoint): string {
  return isTcp(endpoint) ? (endpoint.serverName ?? endpoint.host) : "localhost";
}

/** `text` in quotes, on one line and of a bearable length, whatever was typed. */
export function quoted(text: string): string {
  const { quotedMaxLength } = limits;
  const isLong = text.length > quotedMaxLength;
  const shown = escaped(isLong ? text.slice(0, quotedMaxLength) : text);
  return isLong ? `"${shown}..." (${text.length} characters)` : `"${shown}"`;
}

function hostPort(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
