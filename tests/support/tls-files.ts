import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Identity } from "./certificates.ts";

/** Where the two files of an identity lie. */
export interface IdentityPaths {
  readonly cert: string;
  readonly key: string;
}

/** Writes `NAME.pem` and `NAME.key`, which only its owner can read. */
export function writeIdentity(dir: string, name: string, { cert, key }: Identity): IdentityPaths {
  const keyPath = join(dir, `${name}.key`);
  writeFileSync(keyPath, key, { mode: 0o600 });
  chmodSync(keyPath, 0o600);
  return { cert: writePem(dir, name, cert), key: keyPath };
}

export function writePem(dir: string, name: string, pem: string): string {
  const path = join(dir, `${name}.pem`);
  writeFileSync(path, pem);
  return path;
}
