import { afterAll, describe, expect, test } from "bun:test";
import { loopbackNames, TestAuthority } from "../../tests/support/certificates.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { writeIdentity, writePem } from "../../tests/support/tls-files.ts";
import { systemClock } from "../base/clock.ts";
import { plainTextWarning, tlsArguments, tlsConfig, tlsFilesOf } from "./serve-tls-flags.ts";
import { parseStrictly, readFlags } from "./strict-args.ts";
import { createTerminal } from "./terminal.ts";
import { clientTlsOf, tlsFlags, tlsText } from "./tls-flags.ts";

const dir = tempDir();
afterAll(() => dir[Symbol.dispose]());

const authority = new TestAuthority();
const cacert = writePem(dir.path, "ca", authority.cert);
const { cert, key } = writeIdentity(
  dir.path,
  "one",
  authority.issue({ commonName: "one", names: loopbackNames }),
);

const terminal = createTerminal();

/** What the flags come to, and what was warned of. */
function typed(...words: readonly string[]) {
  const warnings: unknown[] = [];
  terminal.notices.setReporters([{ log: ({ args }) => warnings.push(...args) }]);
  const values = readFlags(tlsFlags, parseStrictly(words, tlsFlags, false));
  const tls = clientTlsOf(values, { terminal, clock: systemClock });
  return { tls, text: tlsText(tls), warnings };
}

describe("clientTlsOf()", () => {
  test("is plain text unless any of the flags is typed", () => {
    expect(typed().tls).toBeUndefined();
    expect(typed().text).toBeUndefined();
    for (const words of [["--tls"], ["--server-name", "a.b"], ["--servername", "a.b"]]) {
      expect(typed(...words).text).toBe("yes, verified, client certificate no");
    }
    expect(typed("--cacert", cacert, "--cert", cert, "--key", key).text).toBe(
      "yes, verified, client certificate yes",
    );
  });

  test("warns in one line when nothing is verified", () => {
    const { text, warnings } = typed("--skip-verify");
    expect(text).toBe("yes, not verified, client certificate no");
    expect(warnings).toHaveLength(1);
    expect(typed("--tls").warnings).toEqual([]);
  });

  test.each([
    [["--cert", cert], "--cert needs --key: a certificate goes with its key"],
    [["--key", key], "--key needs --cert: a certificate goes with its key"],
    [["--skip-verify", "--cacert", cacert], "--skip-verify would not look at --cacert"],
    [["--server-name", "a.b:50051"], 'without a port: current value is "a.b:50051"'],
    [["--cacert", ""], "--cacert must not be empty"],
  ])("refuses %j", (words, why) => {
    expect(() => typed(...words)).toThrow(why);
  });

  test.each(["localhost", "db-1.example.com", "a_b", "10.0.0.1", "::1", "example.com."])(
    "takes the name %s",
    (name) => {
      expect(typed("--server-name", name).tls?.serverName).toBe(name);
    },
  );
});

describe("tlsFilesOf()", () => {
  const none = { cert: undefined, key: undefined, clientCa: undefined };

  test("is plain text without flags, and what the flags name", () => {
    expect(tlsFilesOf(none)).toBeUndefined();
    const files = { cert, key, clientCa: cacert };
    expect(tlsFilesOf(files)).toEqual(files);
  });

  test("refuses one flag without the other", () => {
    expect(() => tlsFilesOf({ ...none, cert })).toThrow("--cert needs --key");
    expect(() => tlsFilesOf({ ...none, clientCa: cacert })).toThrow("--client-ca needs --cert");
  });

  test("is handed on to other replicas, and not told to a ledger", () => {
    const files = { cert, key: "-odd name.key", clientCa: undefined };
    expect(tlsArguments(files)).toEqual([`--cert=${cert}`, "--key=-odd name.key"]);
    expect(tlsArguments({ ...files, clientCa: "ca" })).toContain("--client-ca=ca");
    expect(tlsConfig(files)).toEqual({ tls: "yes, client certificate no" });
    expect([tlsArguments(undefined), tlsConfig(undefined)]).toEqual([[], {}]);
  });
});

test.each([
  ["localhost", false],
  ["127.0.0.1", false],
  ["127.1.2.3", false],
  ["::1", false],
  ["0.0.0.0", true],
  ["::", true],
  ["192.168.1.2", true],
  ["127.example.com", true],
])("plainTextWarning() of %s", (host, isWarned) => {
  expect(plainTextWarning(host, undefined) !== undefined).toBe(isWarned);
  expect(plainTextWarning(host, { cert, key, clientCa: undefined })).toBeUndefined();
});
