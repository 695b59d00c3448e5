import { resolve } from "node:path";
import {
  coveredKeys,
  type Endpoint,
  endpointKey,
  formatEndpoint,
  parseEndpoint,
  quoted,
  requireReachable,
  splitEndpoint,
  unusableEndpoint,
} from "./endpoint.ts";
import { DfsError } from "./errors.ts";
import { limits } from "./limits.ts";
import { nearest } from "./nearest.ts";

/** What a user may type for replicas: one endpoint, or a name all of whose addresses are some. */
export type Target = Endpoint | DnsTarget;

/** Every address of the name, at that port, is a replica. */
export interface DnsTarget {
  readonly name: string;
  readonly port: number;
}

export function isDns(target: Target): target is DnsTarget {
  return "name" in target;
}

const schemes = ["dns", "unix"];

/**
 * `host:port`, `[::1]:port`, `unix:///path`, `unix:path` or `dns:///name:port`, as gRPC names them;
 * throws a usage error otherwise.
 */
export function parseTarget(text: string): Target {
  if (text.length > limits.targetMaxLength || /\p{C}/u.test(text)) throw unusable(text);
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):(.*)$/i.exec(text) ?? [];
  // A host may be called `dns`; a name there without its port would be of no use.
  const isHost = scheme.toLowerCase() === "dns" && /^\d+$/.test(rest);
  if (scheme.toLowerCase() === "unix") return parseUnix(text, rest);
  if (scheme.toLowerCase() === "dns" && !isHost) return parseDns(text, rest);
  if (scheme === "unix-abstract") throw unusable(text, "abstract sockets are not supported");
  if (rest.startsWith("//")) throw unknownScheme(text, scheme, rest);
  const endpoint = splitEndpoint(text);
  if (endpoint === undefined) throw unusable(text);
  requireReachable(text, endpoint);
  return endpoint;
}

/** As parseTarget() takes it. */
export function formatTarget(target: Target): string {
  if (!isDns(target)) return formatEndpoint(target);
  return `dns:///${formatEndpoint({ host: target.name, port: target.port })}`;
}

/** Throws a usage error that names both spellings when two of `targets` mean the same. */
export function refuseDuplicates(
  targets: readonly { readonly text: string; readonly target: Target }[],
  flag: string,
): void {
  const seen = new Map<string, string>();
  for (const { text, target } of targets) {
    const keys = targetKeys(target);
    const key = keys.find((candidate) => seen.has(candidate)) ?? "";
    const other = seen.get(key);
    if (other !== undefined) {
      const twice =
        other === text ? `${quoted(text)} twice` : `${quoted(other)} and ${quoted(text)}`;
      const why = other === text ? "" : `, which are the same: ${key}`;
      throw new DfsError("usage", `${flag} names ${twice}${why}`);
    }
    for (const own of keys) seen.set(own, text);
  }
}

/** A name is asked for all its addresses, of which a host of that name is one. */
function targetKeys(target: Target): readonly string[] {
  if (!isDns(target)) return coveredKeys(target);
  const key = endpointKey({ host: target.name, port: target.port });
  return [`dns:///${key}`, key];
}

function parseUnix(text: string, rest: string): Endpoint {
  if (process.platform === "win32") {
    throw unusable(text, "sockets of the file system are not supported on Windows");
  }
  const [, authority, absolute] = /^\/\/([^/]*)(.*)$/.exec(rest) ?? [];
  if (authority !== undefined && authority !== "") {
    throw unusable(text, "a path after unix:// must be absolute: unix:///path, or unix:path");
  }
  const typed = absolute ?? rest;
  if (typed === "" || typed.endsWith("/")) throw unusable(text, "it names no socket");
  const path = resolve(typed);
  const size = Buffer.byteLength(path);
  const maxBytes =
    process.platform === "linux" ? limits.unixPathMaxBytes : limits.unixPathElsewhereMaxBytes;
  if (size > maxBytes) {
    throw unusable(text, `the path of a socket has at most ${maxBytes} bytes: it has ${size}`);
  }
  // Lists of endpoints are separated by commas, here and in every ledger.
  if (/[,\p{C}]/u.test(path)) {
    throw unusable(text, "the path may hold no comma and no control character");
  }
  return { path };
}

function parseDns(text: string, rest: string): DnsTarget {
  const [, authority, after] = /^\/\/([^/]*)(?:\/(.*))?$/.exec(rest) ?? [];
  if (authority !== undefined && (authority !== "" || after === undefined)) {
    throw unusable(
      text,
      `names are resolved by this host, never by another server ("${authority}"): ` +
        `it must be dns:///name:port`,
    );
  }
  const named = after ?? rest;
  if (named === "") throw unusable(text, "it must be dns:///name:port");
  if (!/:\d+$/.test(named) || /^\[[^\]]*\]$/.test(named)) {
    throw unusable(
      text,
      `it needs a port, since no SRV records are asked for one: dns:///${named}:50051`,
    );
  }
  const endpoint = splitEndpoint(named);
  if (endpoint === undefined) {
    throw unusable(text, "it must be dns:///name:port with a port in 1..65535");
  }
  requireReachable(text, endpoint, "dns:///");
  return { name: endpoint.host, port: endpoint.port };
}

function unknownScheme(text: string, scheme: string, rest: string): DfsError {
  const near = nearest(scheme.toLowerCase(), schemes);
  if (near !== undefined) {
    return unusable(text, `there is no scheme "${scheme}"; did you mean "${near}"?`);
  }
  const bare = rest.replace(/^\/+/, "").replace(/\/.*$/, "");
  try {
    const endpoint = formatEndpoint(parseEndpoint(bare));
    return unusable(text, `there is no scheme "${scheme}"; did you mean "${endpoint}"?`);
  } catch {
    return unusable(text, `there is no scheme "${scheme}"`);
  }
}

function unusable(text: string, why?: string): DfsError {
  const rule =
    why ??
    "it must be host:port with a port in 1..65535, such as localhost:50051 or [::1]:50051, " +
      "unix:///path, or dns:///name:port";
  return unusableEndpoint(text, rule);
}
