import { isIP } from "node:net";
import { assert, DfsError } from "./errors.ts";
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
  const match = text.length <= limits.targetMaxLength ? hostForm.exec(text) : null;
  const [, address, name] = match ?? [];
  const port = Number(match?.[3]);
  const isHost = address === undefined ? (name ?? "").length <= hostMaxLength : isAddress(address);
  if (match === null || !isHost || port < 1 || port > 65535) {
    throw new DfsError(
      "usage",
      `Cannot use ${quoted(text)} as an endpoint: it must be host:port with a port in 1..65535, ` +
        "such as localhost:50051 or [::1]:50051",
    );
  }
  return { host: address ?? name ?? "", port };
}

/** Of a DNS name, in characters. */
const hostMaxLength = 253;

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

/**
 * Names in lower case, addresses in their shortest form; 127.1, 0x7f000001 and ::ffff:127.0.0.1 are
 * 127.0.0.1, as they are to every resolver.
 */
function canonicalHost(host: string): string {
  const [address = "", zone] = host.split("%");
  if (isIP(address) === 6) {
    const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
    const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short);
    if (mapped !== null) return mappedAddress(mapped.slice(1));
    return zone === undefined ? short : `${short}%${zone}`;
  }
  const name = host.toLowerCase().replace(/\.$/, "");
  return /^[\d.]+$|^[\da-fx.]*0x[\da-fx.]*$/.test(name) ? addressOf(name) : name;
}

/** What is no address after all stays what it is. */
function addressOf(name: string): string {
  return URL.parse(`http://${name}`)?.hostname ?? name;
}

function mappedAddress(halves: readonly string[]): string {
  const bytes = halves.map((half) => Number.parseInt(half, 16)).flatMap((n) => [n >> 8, n & 255]);
  return bytes.join(".");
}
