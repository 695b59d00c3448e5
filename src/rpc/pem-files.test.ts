import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encryptedKey, TestAuthority } from "../../tests/support/certificates.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { writeIdentity, writePem } from "../../tests/support/tls-files.ts";
import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { readCertificates, readIdentity } from "./pem-files.ts";

const dir = tempDir();
afterAll(() => dir[Symbol.dispose]());

const authority = new TestAuthority("the CA");
const ours = writeIdentity(dir.path, "ours", authority.issue({ commonName: "ours" }));
const theirs = writeIdentity(dir.path, "theirs", authority.issue({ commonName: "theirs" }));
const named = (flag: string, path: string) => ({ flag, path });
const filesOf = (cert: string, key: string) => ({
  cert: named("--cert", cert),
  key: named("--key", key),
});

function usageErrorOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof DfsError && error.code === "usage") return error.message;
    throw error;
  }
  return "none";
}

function fileOf(name: string, text: string): string {
  const path = join(dir.path, name);
  writeFileSync(path, text);
  return path;
}

describe("readCertificates()", () => {
  test("takes what stands around the certificates for a comment, and a chain in order", () => {
    const [leaf, root] = [authority.issue({ commonName: "leaf" }).cert, authority.cert];
    const path = fileOf("chain.pem", `subject=leaf\n${leaf}\nissuer\n${root}`);
    const { pem, first } = readCertificates(named("--cert", path));
    expect(first.subject).toBe("CN=leaf");
    expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(pem).not.toContain("subject=");
  });

  test.each([
    ["empty.pem", "", "it is empty"],
    ["text.pem", "hello", "it is no PEM (-----BEGIN ...-----)"],
    [
      "damaged.pem",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "the one in it is damaged",
    ],
    [
      "torn.pem",
      "-----BEGIN CERTIFICATE-----\nAAAA\n",
      "it breaks off within a certificate (no -----END ...-----)",
    ],
    ["large.pem", "x".repeat(limits.pemMaxBytes + 1), "it is larger than 1048576 bytes"],
  ])("refuses %s", (name, text, why) => {
    const path = fileOf(name, text);
    const message = usageErrorOf(() => readCertificates(named("--cacert", path)));
    expect(message).toStartWith("--cacert must be a file with ");
    expect(message).toEndWith(`PEM: "${path}": ${why}`);
  });

  test("says what it found in the place of a certificate, and quotes nothing of it", () => {
    const message = usageErrorOf(() => readCertificates(named("--cert", ours.key)));
    expect(message).toEndWith("it holds a private key");
  });

  test("names the file and why it cannot be read", () => {
    const missing = join(dir.path, "nowhere.pem");
    const read = (path: string) => usageErrorOf(() => readCertificates(named("--cacert", path)));
    expect(read(missing)).toBe(`Cannot read --cacert "${missing}": there is no such file`);
    expect(read(dir.path)).toContain("it is a directory, not a file");
    const path = fileOf("secret.pem", authority.cert);
    chmodSync(path, 0);
    // Root may read whatever it likes.
    if (process.getuid?.() !== 0) expect(read(path)).toContain("this user may not read it");
  });
});

describe("readIdentity()", () => {
  test("reads a certificate and its key", () => {
    const { first, key } = readIdentity(filesOf(ours.cert, ours.key));
    expect(first.subject).toBe("CN=ours");
    expect(key).toStartWith("-----BEGIN PRIVATE KEY-----");
  });

  test("refuses a key that is another certificate's", () => {
    const message = usageErrorOf(() => readIdentity(filesOf(ours.cert, theirs.key)));
    expect(message).toBe(
      `--key must be the private key of --cert: "${theirs.key}" is not the key of "${ours.cert}"`,
    );
  });

  test.each([
    ["encrypted.key", encryptedKey("secret"), "it is encrypted; openssl pkey"],
    [
      "old-encrypted.key",
      "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n-----END EC PRIVATE KEY-----\n",
      "it is encrypted; openssl pkey",
    ],
    [
      "damaged.key",
      "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
      "the one in it is damaged",
    ],
    ["certificate.key", authority.cert, "it holds a certificate"],
  ])("refuses %s", (name, text, why) => {
    const path = fileOf(name, text);
    const message = usageErrorOf(() => readIdentity(filesOf(ours.cert, path)));
    expect(message).toStartWith("--key must be a file with an unencrypted private key in PEM: ");
    expect(message).toContain(`"${path}": ${why}`);
  });

  test("asks who else may read the key before it is used", () => {
    const asked: string[] = [];
    readIdentity(filesOf(ours.cert, ours.key), ({ path }) => asked.push(path));
    expect(asked).toEqual([ours.key]);
  });
});

test("writePem() leaves what readCertificates() reads", () => {
  const path = writePem(dir.path, "ca", authority.cert);
  expect(readCertificates(named("--cacert", path)).first.subject).toBe("CN=the CA");
});
