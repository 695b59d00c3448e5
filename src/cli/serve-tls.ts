import type { Clock } from "../base/clock.ts";
import { printable } from "../base/printable.ts";
import type { ServingTls } from "../replica/serving-tls.ts";
import type { TlsFiles, TlsMaterial } from "../replica/tls-material.ts";
import { untimelyText } from "./untimely-certificate.ts";

interface Voice {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly say: (text: string) => void;
  readonly warn: (text: string) => void;
}

/** What a replica says of its TLS while it serves; undefined: plain text. */
export function servingTls(
  files: TlsFiles | undefined,
  { endpoint, clock, say, warn }: Voice,
): ServingTls | undefined {
  if (files === undefined) return undefined;
  return {
    files,
    onUsed(material, isRenewed) {
      const what = isRenewed ? "renewed TLS, for new connections" : "speaks TLS";
      say(`replica ${endpoint} ${what}: ${materialText(material)}`);
      const untimely = untimelyText(material.identity.first, clock);
      if (untimely !== undefined) warn(`The certificate of --cert ${untimely}: clients refuse it`);
    },
    onRefused: (why) => warn(`The TLS files were changed and are not used; the old stay: ${why}`),
  };
}

/** `certificate for localhost, 127.0.0.1 until 2026-12-24, client certificates required`. */
function materialText({ identity, clientRoots }: TlsMaterial): string {
  const { subjectAltName, subject, validToDate } = identity.first;
  const names = (subjectAltName ?? subject).replaceAll(/(DNS|IP Address):/g, "");
  const until = validToDate.toISOString().slice(0, 10);
  const clients = clientRoots === undefined ? "not asked for" : "required";
  return `certificate for ${printable(names)} until ${until}, client certificates ${clients}`;
}
