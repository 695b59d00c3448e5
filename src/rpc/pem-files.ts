import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Stats } from "node:fs";
import { DfsError, messageOf, systemErrorCode } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { type BoundedFile, readBounded } from "../base/read-bounded.ts";

/** A file as it was named, and by which flag. */
export interface NamedFile {
  /** Such as `--cert`. */
  readonly flag: string;
  readonly path: string;
}

/** Certificates as PEM, the first of which is the one that the others vouch for. */
export interface Certificates {
  readonly pem: string;
  readonly first: X509Certificate;
}

/** Who one is on a TLS connection: a certificate with its chain, and its private key. */
export interface TlsIdentity extends Certificates {
  readonly key: string;
}

/** Throws a usage error when the file cannot be read or holds no certificate in PEM. */
export function readCertificates(file: NamedFile): Certificates {
  const { text } = readText(file);
  const blocks = text.match(certificateBlock) ?? [];
  if (blocks.length === 0) throw wrongFile(file, "a certificate in PEM", whatIsThere(text));
  const [first] = blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      const which = blocks.length === 1 ? "the one" : `number ${index + 1}`;
      throw wrongFile(file, "a certificate in PEM", `${which} in it is damaged`, error);
    }
  });
  // There is a block, so there is a first certificate.
  return { pem: `${blocks.join("\n")}\n`, first: first as X509Certificate };
}

export interface IdentityFiles {
  readonly cert: NamedFile;
  readonly key: NamedFile;
}

/**
 * Throws a usage error when a file cannot be read, is no PEM, is encrypted, or when the key is
 * another certificate's. `mayRead` throws when it does not like who else may read the key.
 */
export function readIdentity(
  { cert, key }: IdentityFiles,
  mayRead: (key: NamedFile, stats: Stats) => void = () => undefined,
): TlsIdentity {
  const certificates = readCertificates(cert);
  const { text, stats } = readText(key);
  mayRead(key, stats);
  const privateKey = parseKey(key, text);
  if (!certificates.first.checkPrivateKey(privateKey)) {
    throw new DfsError(
      "usage",
      `${key.flag} must be the private key of ${cert.flag}: "${key.path}" is not the key of ` +
        `"${cert.path}"`,
    );
  }
  return { ...certificates, key: text };
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const keyRule = "an unencrypted private key in PEM";

function parseKey(file: NamedFile, text: string): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    const remedy = "openssl pkey -in KEY -out PLAIN decrypts it";
    throw wrongFile(file, keyRule, `it is encrypted; ${remedy}`);
  }
  if (!/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*-----END \1-----/.test(text)) {
    throw wrongFile(file, keyRule, whatIsThere(text));
  }
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw wrongFile(file, keyRule, "the one in it is damaged", error);
  }
}

/** What the file has instead of what was looked for; nothing of a key is ever quoted. */
function whatIsThere(text: string): string {
  const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text)?.[1];
  if (label !== undefined) {
    const what = `a ${label.toLowerCase()}`;
    const isWhole = text.includes(`-----END ${label}-----`);
    return isWhole ? `it holds ${what}` : `it breaks off within ${what} (no -----END ...-----)`;
  }
  return text.trim() === "" ? "it is empty" : "it is no PEM (-----BEGIN ...-----)";
}

function wrongFile({ flag, path }: NamedFile, rule: string, why: string, cause?: unknown) {
  return new DfsError("usage", `${flag} must be a file with ${rule}: "${path}": ${why}`, { cause });
}

/** Read through one descriptor, so that what is judged and what is used are the same file. */
function readText(file: NamedFile): { readonly text: string; readonly stats: Stats } {
  let read: BoundedFile;
  try {
    read = readBounded(file.path, limits.pemMaxBytes);
  } catch (error) {
    throw new DfsError("usage", `Cannot read ${file.flag} "${file.path}": ${whyUnread(error)}`);
  }
  if (read.bytes.length > limits.pemMaxBytes) {
    throw wrongFile(file, "PEM", `it is larger than ${limits.pemMaxBytes} bytes`);
  }
  return { text: Buffer.from(read.bytes).toString("utf8"), stats: read.stats };
}

function whyUnread(error: unknown): string {
  switch (systemErrorCode(error)) {
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return "it is a directory, not a file";
    case "EACCES":
    case "EPERM":
      return "this user may not read it";
    default:
      return messageOf(error);
  }
}
