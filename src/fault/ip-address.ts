/**
 * IP addresses as text in one spelling each, so that equal addresses are equal strings: IPv4
 * dotted, IPv6 as the URL standard serialises it (compressed, lower case), IPv4-mapped IPv6 as the
 * IPv4 it stands for, without a zone.
 */

export const anyIpv4 = "0.0.0.0";
export const anyIpv6 = "::";

const dottedQuad = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const mappedIpv4 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * The one spelling of `text`, with or without brackets and zone; undefined when it is no IP
 * address.
 */
export function canonicalAddress(text: string): string | undefined {
  if (dottedQuad.test(text)) return text;
  const bare = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
  if (!/^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(bare) || !URL.canParse(`http://[${bare}]/`)) {
    return undefined;
  }
  const address = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const mapped = mappedIpv4.exec(address);
  return mapped === null ? address : dotted(word(mapped[1]), word(mapped[2]));
}

/** Whether a listener bound to `bound` gets the connections made to `wanted` (both canonical). */
export function servesAddress(bound: string, wanted: string): boolean {
  if (bound === wanted) return true;
  // A wildcard that is asked for by name means the listener bound to exactly that wildcard.
  if (wanted === anyIpv4 || wanted === anyIpv6) return false;
  // A `::` listener may refuse IPv4 (IPV6_V6ONLY), which no system's listing tells; dual stack is
  // the rule.
  return bound === anyIpv6 || (bound === anyIpv4 && !wanted.includes(":"));
}

/** `127.0.0.1:50051`, `[::1]:50051`. */
export function formatSocketAddress(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function word(hex: string | undefined): number {
  return Number.parseInt(hex ?? "0", 16);
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}
