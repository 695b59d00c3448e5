import { describe, expect, test } from "bun:test";
import {
  explainPlainLoss,
  handshakeErrorText,
  lostAfterHandshakeText,
  otherNameText,
  untrustedText,
} from "./tls-failure.ts";

const facts = { serverName: "db.local", hasOwnRoots: true, hasClientCertificate: false };
const withCertificate = { ...facts, hasClientCertificate: true };
const named = (CN: string) => ({ CN, C: "", ST: "", L: "", O: "", OU: "" });
const certificate = {
  issuer: named("Other CA"),
  subject: named("somebody"),
  valid_from: "Jan  1 00:00:00 2030 GMT",
  valid_to: "Jan  1 00:00:00 2031 GMT",
};

function coded(code: string): Error {
  return Object.assign(new Error(`error:100: ${code}`), { code });
}

describe("untrustedText()", () => {
  test.each([
    ["CERT_HAS_EXPIRED", "its certificate expired on Jan  1 00:00:00 2031 GMT"],
    ["CERT_NOT_YET_VALID", "its certificate is valid from Jan  1 00:00:00 2030 GMT"],
    [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      'its certificate was issued by "Other CA", which --cacert does not hold',
    ],
    [
      "SELF_SIGNED_CERT_IN_CHAIN",
      'its certificate was issued by "Other CA", which --cacert does not hold',
    ],
    ["CERT_REVOKED", "its certificate cannot be verified (CERT_REVOKED)"],
  ])("%s", (code, text) => {
    expect(untrustedText(code, certificate, facts)).toBe(`TLS handshake failed: ${text}`);
  });

  test("says how to name a CA when none was", () => {
    const systemRoots = { ...facts, hasOwnRoots: false };
    const text = untrustedText("DEPTH_ZERO_SELF_SIGNED_CERT", certificate, systemRoots);
    expect(text).toEndWith('issued by "Other CA", no CA of this system; --cacert names one');
  });
});

test("otherNameText() says whom the certificate is for", () => {
  const text = otherNameText({ ...certificate, subjectaltname: "DNS:a.b, IP Address:::1" }, facts);
  expect(text).toEndWith("its certificate is for a.b, ::1, not for db.local (--server-name)");
  const many = Array.from({ length: 500 }, (_, index) => `DNS:n${index}`).join(", ");
  const cut = otherNameText({ ...certificate, subjectaltname: many }, facts);
  expect(cut).toContain(
    "for n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11 and 488 more, not for",
  );
  expect(otherNameText(certificate, facts)).toContain('for "somebody", which is no host name');
});

describe("handshakeErrorText()", () => {
  test.each([
    ["ERR_SSL_WRONG_VERSION_NUMBER", "it does not answer in TLS; it may serve in plain text"],
    ["ECONNRESET", "it closed the connection"],
    [
      "ERR_SSL_TLSV1_ALERT_CERTIFICATE_REQUIRED",
      "it requires a client certificate (--cert, --key)",
    ],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "it refuses the client's certificate (UNKNOWN_CA)"],
    ["ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", "it speaks TLS, but not HTTP/2 (ALPN h2)"],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "it speaks no TLS from 1.2 up"],
    ["ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", "it sent the alert INTERNAL_ERROR"],
    ["ERR_SSL_SOMETHING", "error:100: ERR_SSL_SOMETHING"],
  ])("%s", (code, text) => {
    expect(handshakeErrorText(coded(code), facts)).toBe(`TLS handshake failed: ${text}`);
  });

  test("a failure without words may be for want of a certificate, or not", () => {
    const error = coded("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE");
    expect(handshakeErrorText(error, facts)).toContain("it may require a client certificate");
    expect(handshakeErrorText(error, withCertificate)).toContain("nothing in common");
  });
});

test("lostAfterHandshakeText() tells what may be wrong with the client's certificate", () => {
  expect(lostAfterHandshakeText(undefined, facts)).toContain("it may require a client certificate");
  const text = lostAfterHandshakeText(coded("ECONNRESET"), withCertificate);
  expect(text).toContain("it may not accept the client's certificate");
  const alert = coded("ERR_SSL_TLSV1_ALERT_BAD_CERTIFICATE");
  expect(lostAfterHandshakeText(alert, withCertificate)).toContain("refuses the client's");
});

test("explainPlainLoss() thinks of TLS only when nothing else is known", () => {
  expect(explainPlainLoss(undefined)).toContain("the server may want TLS");
  expect(explainPlainLoss(coded("ECONNRESET"))).toBe("connection lost: error:100: ECONNRESET");
});
