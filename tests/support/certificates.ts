import { generateKeyPairSync, type KeyObject, sign, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Certificates } from "../../src/rpc/pem-files.ts";
import * as der from "./der.ts";

/** A certificate and its private key, as PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface LeafOptions {
  readonly commonName: string;
  /** Names of hosts and IP addresses; none: no subjectAltName at all. */
  readonly names?: readonly string[];
  /** Days from now, negative ones in the past. */
  readonly validDays?: { readonly from: number; readonly to: number };
}

/** Made when a test runs, so that no key is kept anywhere and nothing ever expires. */
export class TestAuthority {
  readonly cert: string;
  readonly #name: string;
  readonly #keys = ellipticPair();
  #serial = 1;

  constructor(commonName = "dfs test CA") {
    this.#name = commonName;
    this.cert = this.#issue({ commonName, isAuthority: true, publicKey: this.#keys.publicKey });
  }

  /** A certificate for a server, or a client, of this authority. */
  issue(options: LeafOptions): Identity {
    const { publicKey, privateKey } = ellipticPair();
    return {
      cert: this.#issue({ ...options, isAuthority: false, publicKey }),
      key: String(privateKey.export({ type: "pkcs8", format: "pem" })),
    };
  }

  #issue(options: LeafOptions & { isAuthority: boolean; publicKey: KeyObject }): string {
    const { commonName, names = [], validDays = { from: -1, to: 30 }, isAuthority } = options;
    const extensions = [
      extension(oids.basicConstraints, true, der.sequence(...(isAuthority ? [der.yes] : []))),
      // keyCertSign and cRLSign, or digitalSignature.
      extension(oids.keyUsage, true, isAuthority ? der.bits(1, 0x06) : der.bits(7, 0x80)),
      ...(names.length === 0
        ? []
        : [extension(oids.subjectAltName, false, der.sequence(...names.map(generalName)))]),
      ...(isAuthority
        ? []
        : [
            extension(
              oids.extendedKeyUsage,
              false,
              der.sequence(der.oid(oids.serverAuth), der.oid(oids.clientAuth)),
            ),
          ]),
    ];
    const algorithm = der.sequence(der.oid(oids.ecdsaWithSha256));
    const toBeSigned = der.sequence(
      der.explicit(0, der.integer(2)),
      der.integer(this.#serial++),
      algorithm,
      distinguishedName(this.#name),
      der.sequence(der.time(daysFromNow(validDays.from)), der.time(daysFromNow(validDays.to))),
      distinguishedName(commonName),
      options.publicKey.export({ type: "spki", format: "der" }),
      der.explicit(3, der.sequence(...extensions)),
    );
    const signature = sign("sha256", toBeSigned, this.#keys.privateKey);
    return pem("CERTIFICATE", der.sequence(toBeSigned, algorithm, der.bits(0, ...signature)));
  }
}

/** What a server of a test is called, whichever way it is reached. */
export const loopbackNames = ["localhost", "127.0.0.1", "::1"] as const;

/** The authority as those see it who trust it. */
export function rootsOf({ cert }: TestAuthority): Certificates {
  return { pem: cert, first: new X509Certificate(cert) };
}

/** A key as PEM that needs the passphrase to be read. */
export function encryptedKey(passphrase: string): string {
  const { privateKey } = ellipticPair();
  const cipher = "aes-256-cbc";
  return String(privateKey.export({ type: "pkcs8", format: "pem", cipher, passphrase }));
}

const oids = {
  commonName: [2, 5, 4, 3],
  keyUsage: [2, 5, 29, 15],
  subjectAltName: [2, 5, 29, 17],
  basicConstraints: [2, 5, 29, 19],
  extendedKeyUsage: [2, 5, 29, 37],
  serverAuth: [1, 3, 6, 1, 5, 5, 7, 3, 1],
  clientAuth: [1, 3, 6, 1, 5, 5, 7, 3, 2],
  ecdsaWithSha256: [1, 2, 840, 10045, 4, 3, 2],
} as const;

function ellipticPair() {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

function distinguishedName(commonName: string): Buffer {
  const attribute = der.sequence(der.oid(oids.commonName), der.utf8(commonName));
  return der.sequence(der.set(attribute));
}

function extension(oid: readonly number[], isCritical: boolean, value: Buffer): Buffer {
  return der.sequence(der.oid(oid), ...(isCritical ? [der.yes] : []), der.octets(value));
}

function generalName(name: string): Buffer {
  if (isIP(name) === 0) return der.implicit(2, Buffer.from(name));
  return der.implicit(7, isIP(name) === 4 ? ipv4Bytes(name) : loopback6Bytes(name));
}

function ipv4Bytes(address: string): Buffer {
  return Buffer.from(address.split(".").map(Number));
}

/** The only IPv6 address that tests need. */
function loopback6Bytes(address: string): Buffer {
  if (address !== "::1") throw new Error(`No test certificate for ${address}: only for ::1`);
  return Buffer.concat([Buffer.alloc(15), Buffer.from([1])]);
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
