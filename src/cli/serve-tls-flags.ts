import { isIP } from "node:net";
import { DfsError } from "../base/errors.ts";
import { readTlsMaterial, type TlsFiles } from "../replica/tls-material.ts";
import * as flags from "./flags.ts";
import { requireBoth } from "./tls-flags.ts";

const file = { valueHint: "FILE" };

/** How `serve` speaks TLS. */
export const serveTlsFlags = flags.grouped("TLS", {
  cert: flags.text.optional({
    description: "Certificate, in PEM, with its chain: serve over TLS alone; needs --key",
    ...file,
  }),
  key: flags.text.optional({
    description: "Its private key, in PEM, not encrypted, that only its owner can read",
    ...file,
  }),
  clientCa: flags.text.optional({
    description: "CAs, in PEM: clients must show a certificate that comes from one of them",
    ...file,
  }),
});

/**
 * Undefined: plain text. Throws a usage error when a file is not what it should be, or a flag is
 * missing.
 */
export function tlsFilesOf(values: flags.FlagValues<typeof serveTlsFlags>): TlsFiles | undefined {
  const { cert, key, clientCa } = values;
  requireBoth(cert, key);
  if (cert === undefined || key === undefined) {
    if (clientCa === undefined) return undefined;
    throw new DfsError("usage", "--client-ca needs --cert and --key: only TLS has certificates");
  }
  const files = { cert, key, clientCa };
  readTlsMaterial(files);
  return files;
}

/** The flags that say the same to another `dfs serve`. */
export function tlsArguments(files: TlsFiles | undefined): readonly string[] {
  if (files === undefined) return [];
  const { cert, key, clientCa } = files;
  const mutual = clientCa === undefined ? [] : [`--client-ca=${clientCa}`];
  return [`--cert=${cert}`, `--key=${key}`, ...mutual];
}

/** The same for the header of a ledger, without the places of files. */
export function tlsConfig(files: TlsFiles | undefined): Readonly<Record<string, string>> {
  if (files === undefined) return {};
  const required = files.clientCa === undefined ? "no" : "required";
  return { tls: `yes, client certificate ${required}` };
}

/** What to warn of when others than this machine can reach what nothing encrypts. */
export function plainTextWarning(host: string, files: TlsFiles | undefined): string | undefined {
  if (files !== undefined || isLoopback(host)) return undefined;
  return `Serving ${host} in plain text: whoever can reach it reads and asks all; --cert and --key encrypt it`;
}

function isLoopback(host: string): boolean {
  const address = host.toLowerCase();
  return (
    address === "localhost" || address === "::1" || (isIP(address) === 4 && /^127\./.test(address))
  );
}
