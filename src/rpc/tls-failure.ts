import type { PeerCertificate } from "node:tls";
import { messageOf, systemErrorCode } from "../base/errors.ts";
import { limits } from "../base/limits.ts";

/** What a client brought to a TLS handshake, as far as it explains why one failed. */
export interface HandshakeFacts {
  /** Whom the server's certificate has to be for. */
  readonly serverName: string;
  /** Whose CAs are trusted: those of a file, or the system's. */
  readonly hasOwnRoots: boolean;
  readonly hasClientCertificate: boolean;
}

/** Why the certificate of a server is refused that the handshake could not verify. */
export function untrustedText(
  code: string,
  { issuer, valid_from, valid_to }: Pick<PeerCertificate, "issuer" | "valid_from" | "valid_to">,
  { hasOwnRoots }: HandshakeFacts,
): string {
  if (code === "CERT_HAS_EXPIRED") return failed(`its certificate expired on ${valid_to}`);
  if (code === "CERT_NOT_YET_VALID") return failed(`its certificate is valid from ${valid_from}`);
  if (!unknownIssuer.has(code)) return failed(`its certificate cannot be verified (${code})`);
  const who = nameOf(issuer);
  return failed(
    `its certificate was issued by ${who}, ` +
      (hasOwnRoots ? "which --cacert does not hold" : "no CA of this system; --cacert names one"),
  );
}

/** Why the certificate of a server is refused that is another's. */
export function otherNameText(
  { subject, subjectaltname }: Pick<PeerCertificate, "subject" | "subjectaltname">,
  { serverName }: HandshakeFacts,
): string {
  const names = (subjectaltname ?? "")
    .split(", ")
    .map((name) => name.replace(/^(DNS|IP Address):/, ""))
    .filter((name) => name !== "");
  const whom = names.length > 0 ? listed(names) : `${nameOf(subject)}, which is no host name`;
  return failed(`its certificate is for ${whom}, not for ${serverName} (--server-name)`);
}

/** Why there was no connection after all, by what the handshake ended with. */
export function handshakeErrorText(error: unknown, facts: HandshakeFacts): string {
  const code = systemErrorCode(error) ?? "";
  const alert = /^ERR_SSL_(?:TLSV1|TLSV13|SSLV3)_ALERT_([A-Z_]+)$/.exec(code)?.[1];
  if (alert !== undefined) return failed(alertText(alert, facts));
  switch (code) {
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_HTTP_REQUEST":
      return failed("it does not answer in TLS; it may serve in plain text");
    case "ECONNRESET":
    case "EPIPE":
      return failed("it closed the connection");
    default:
      return failed(messageOf(error));
  }
}

/**
 * Why a connection that is up was lost before the server spoke HTTP/2. Under TLS 1.3 the handshake
 * is over for the client before the server has looked at its certificate.
 */
export function lostAfterHandshakeText(error: unknown, facts: HandshakeFacts): string {
  if (error !== undefined && systemErrorCode(error) !== "ECONNRESET") {
    return handshakeErrorText(error, facts);
  }
  return failed(
    "it closed the connection without a word: " +
      (facts.hasClientCertificate
        ? "it may not accept the client's certificate"
        : "it may require a client certificate (--cert, --key)"),
  );
}

/** The same in plain text. */
export function explainPlainLoss(error: unknown): string {
  if (error !== undefined) return `connection lost: ${messageOf(error)}`;
  return "connection closed before HTTP/2 was spoken; the server may want TLS (--tls, --cacert)";
}

const unknownIssuer: ReadonlySet<string> = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
]);

function alertText(alert: string, { hasClientCertificate }: HandshakeFacts): string {
  switch (alert) {
    case "CERTIFICATE_REQUIRED":
      return "it requires a client certificate (--cert, --key)";
    case "HANDSHAKE_FAILURE":
      return hasClientCertificate
        ? "it has nothing in common with this client"
        : "it may require a client certificate (--cert, --key)";
    case "UNKNOWN_CA":
    case "BAD_CERTIFICATE":
    case "UNSUPPORTED_CERTIFICATE":
    case "CERTIFICATE_REVOKED":
    case "CERTIFICATE_EXPIRED":
    case "CERTIFICATE_UNKNOWN":
    case "ACCESS_DENIED":
      return `it refuses the client's certificate (${alert})`;
    case "NO_APPLICATION_PROTOCOL":
      return noHttp2;
    case "PROTOCOL_VERSION":
      return "it speaks no TLS from 1.2 up";
    default:
      return `it sent the alert ${alert}`;
  }
}

const noHttp2 = "it speaks TLS, but not HTTP/2 (ALPN h2)";

export const noHttp2Text = failed(noHttp2);

function failed(why: string): string {
  return `TLS handshake failed: ${why}`;
}

/** The peer may have sent any number of them, of any length. */
function listed(names: readonly string[]): string {
  const { errorNamesMaxCount, errorValueMaxLength } = limits;
  const shown = names
    .slice(0, errorNamesMaxCount)
    .map((name) => name.slice(0, errorValueMaxLength));
  const moreCount = names.length - shown.length;
  return shown.join(", ") + (moreCount === 0 ? "" : ` and ${moreCount} more`);
}

/** Of a subject or issuer, what people call it. */
function nameOf(name: PeerCertificate["issuer"] | undefined): string {
  // An attribute that occurs more than once is a list.
  const { CN, O } = (name ?? {}) as { readonly CN?: unknown; readonly O?: unknown };
  const called = CN ?? O;
  return called === undefined ? "somebody without a name" : `"${listed([String(called)])}"`;
}
