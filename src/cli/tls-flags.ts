import { isIP } from "node:net";
import { DfsError } from "../base/errors.ts";
import { readCertificates, readIdentity } from "../rpc/pem-files.ts";
import type { ClientTls } from "../rpc/tls-client.ts";
import * as flags from "./flags.ts";
import type { RunContext } from "./subcommand.ts";
import { untimelyText } from "./untimely-certificate.ts";

const file = { valueHint: "FILE" };

/** How a subcommand that asks replicas does so over TLS. */
export const tlsFlags = flags.grouped("TLS", {
  tls: flags.toggle(
    "Speak TLS, verified by this system's CAs; any flag below implies it; without: plain text, " +
      "as grpcurl with -plaintext and ghz with --insecure",
  ),
  cacert: flags.text.optional({
    description: "CAs that replicas' certificates must come from, in PEM, instead of the system's",
    ...file,
  }),
  cert: flags.text.optional({
    description: "Client certificate, in PEM, with its chain; needs --key",
    ...file,
  }),
  key: flags.text.optional({ description: "Its private key, in PEM, not encrypted", ...file }),
  skipVerify: flags.toggle("Take any certificate of a replica, unverified: for tests alone"),
  serverName: flags.alsoNamed(
    "servername",
    flags.text.optional({
      description: "Whom certificates must be for, and SNI (Default: the replica's host)",
      valueHint: "NAME",
    }),
  ),
});

export type TlsFlagValues = flags.FlagValues<typeof tlsFlags>;

/**
 * Undefined: plain text. Throws a usage error when a file is not what it should be, or where flags
 * contradict each other; warns when nothing will be verified.
 */
export function clientTlsOf(
  { tls, cacert, cert, key, skipVerify, serverName }: TlsFlagValues,
  { terminal: { notices }, clock }: Pick<RunContext, "terminal" | "clock">,
): ClientTls | undefined {
  const given = [cacert, cert, key, serverName].some((value) => value !== undefined);
  if (!tls && !skipVerify && !given) return undefined;
  requireBoth(cert, key);
  if (skipVerify && cacert !== undefined) {
    throw new DfsError("usage", "--skip-verify would not look at --cacert: give one of them");
  }
  if (serverName !== undefined) requireServerName(serverName);
  const client: ClientTls = {
    roots: cacert === undefined ? undefined : readCertificates({ flag: "--cacert", path: cacert }),
    identity:
      cert === undefined || key === undefined
        ? undefined
        : readIdentity({
            cert: { flag: "--cert", path: cert },
            key: { flag: "--key", path: key },
          }),
    skipVerify,
    serverName,
  };
  const untimely = client.identity && untimelyText(client.identity.first, clock);
  if (untimely !== undefined) {
    notices.warn(
      `The client certificate of --cert ${untimely}: replicas that ask for one refuse it`,
    );
  }
  if (skipVerify) {
    notices.warn("--skip-verify: whoever answers is believed to be the replica; for tests alone");
  }
  return client;
}

/** `yes, verified, client certificate no`, as header and headline say it; undefined: plain text. */
export function tlsText(tls: ClientTls | undefined): string | undefined {
  if (tls === undefined) return undefined;
  const verified = tls.skipVerify ? "not verified" : "verified";
  return `yes, ${verified}, client certificate ${tls.identity === undefined ? "no" : "yes"}`;
}

/** A certificate without its key is of no use, nor the other way round. */
export function requireBoth(cert: string | undefined, key: string | undefined): void {
  if ((cert === undefined) === (key === undefined)) return;
  const [given, missing] = cert === undefined ? ["--key", "--cert"] : ["--cert", "--key"];
  throw new DfsError("usage", `${given} needs ${missing}: a certificate goes with its key`);
}

function requireServerName(name: string): void {
  if (isIP(name) !== 0 || /^(?=.{1,253}$)[\w-]+(\.[\w-]+)*\.?$/.test(name)) return;
  throw new DfsError(
    "usage",
    `--server-name must be a host name or an address, without a port: current value is "${name}"`,
  );
}
