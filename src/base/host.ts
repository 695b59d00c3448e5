import { isIP } from "node:net";

/**
 * Names in lower case, addresses in their shortest form; 127.1, 0x7f000001 and ::ffff:127.0.0.1 are
 * 127.0.0.1, as they are to every resolver.
 */
export function canonicalHost(host: string): string {
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

/** What is wrong with a host, and the nearest that would be right, if there is one. */
export interface HostFault {
  readonly rule: string;
  readonly near: string | undefined;
}

/** Of a DNS name and of its parts, in characters. */
const hostMaxLength = 253;
const labelMaxLength = 63;
/** Underscores are in the names of many containers, other letters in names that IDNA encodes. */
const foreignCharacter = /[^\p{L}\p{M}\p{N}._-]/gu;

/** Why no host can be called `name`, which is no IPv6 address; undefined: one can. */
export function hostNameFault(name: string): HostFault | undefined {
  const [foreign] = name.match(foreignCharacter) ?? [];
  if (foreign !== undefined) {
    return {
      rule: `the name of a host has letters, digits, and the characters - _ . alone, not "${foreign}"`,
      near: ifName(name.replaceAll(foreignCharacter, "")),
    };
  }
  if (/^\.|\.\./.test(name)) {
    return {
      rule: "the name of a host begins with no dot and has no two dots in a row",
      near: ifName(name.replace(/^\.+/, "").replaceAll(/\.+/g, ".")),
    };
  }
  const isLong = name.length > hostMaxLength;
  if (!isLong && name.split(".").every((label) => label.length <= labelMaxLength)) return undefined;
  return {
    rule:
      `the name of a host has at most ${hostMaxLength} characters, ` +
      `and ${labelMaxLength} between its dots`,
    near: undefined,
  };
}

function ifName(name: string): string | undefined {
  return name !== "" && hostNameFault(name) === undefined ? name : undefined;
}

const listeningAddresses: Readonly<Record<string, string>> = {
  "0.0.0.0": "127.0.0.1",
  "::": "::1",
};

/** Why nothing can be connected to at a host that means all addresses of a machine. */
export function listeningFault(host: string): HostFault | undefined {
  const near = listeningAddresses[canonicalHost(host)];
  if (near === undefined) return undefined;
  return { rule: `${host} is an address to listen on, not one to connect to`, near };
}

/** Whether `text` may be what a server is asked as: a host, with a port or without. */
export function isAuthority(text: string): boolean {
  const [, address, name = "", port = "1"] =
    /^(?:\[([^[\]%]*)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (Number(port) < 1 || Number(port) > 65_535) return false;
  return address === undefined
    ? name !== "" && hostNameFault(name) === undefined
    : isIP(address) === 6;
}
