import { type Stats, statSync } from "node:fs";
import { DfsError } from "../base/errors.ts";
import {
  type Certificates,
  type NamedFile,
  readCertificates,
  readIdentity,
  type TlsIdentity,
} from "../rpc/pem-files.ts";

/** The files by which a replica speaks TLS. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Of whom clients have to have a certificate; undefined: none is asked for. */
  readonly clientCa: string | undefined;
}

/** What is in them. */
export interface TlsMaterial {
  readonly identity: TlsIdentity;
  readonly clientRoots: Certificates | undefined;
}

/**
 * Throws a usage error when a file cannot be read, is not what it should be, or when others than
 * its owner can read the key.
 */
export function readTlsMaterial({ cert, key, clientCa }: TlsFiles): TlsMaterial {
  const files = {
    cert: { flag: "--cert", path: cert },
    key: { flag: "--key", path: key },
  };
  refusePipe(files.cert);
  refusePipe(files.key);
  if (clientCa !== undefined) refusePipe({ flag: "--client-ca", path: clientCa });
  return {
    identity: readIdentity(files, refuseReadableByOthers),
    clientRoots:
      clientCa === undefined
        ? undefined
        : readCertificates({ flag: "--client-ca", path: clientCa }),
  };
}

/** The files are read again: when they were renewed, and by every replica that is started. */
function refusePipe({ flag, path }: NamedFile): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFIFO() !== true) return;
  const rule = `${flag} must be a file that can be read again and again`;
  throw new DfsError("usage", `${rule}: "${path}" is a pipe`);
}

const modeOfOthers = 0o077;

/** Windows has no such modes: there access lists decide, which are not looked at. */
function refuseReadableByOthers({ flag, path }: NamedFile, { mode }: Stats): void {
  if (process.platform === "win32" || (mode & modeOfOthers) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(3, "0");
  throw new DfsError(
    "usage",
    `${flag} must be a file that only its owner can use: "${path}" has mode ${shown}; ` +
      `chmod 600 ${shellQuoted(path)} mends it`,
  );
}

function shellQuoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
