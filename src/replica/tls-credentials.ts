import type { SecureServerOptions } from "node:http2";
import type { SecureContextOptions } from "node:tls";
import { ServerCredentials } from "@grpc/grpc-js";
import { limits } from "../base/limits.ts";
import type { TlsMaterial } from "./tls-material.ts";

/** Credentials of a server whose certificates can be renewed while it serves. */
export class RenewableCredentials extends ServerCredentials {
  constructor(material: TlsMaterial) {
    const isMutual = material.clientRoots !== undefined;
    const options: SecureServerOptions = {
      minVersion: "TLSv1.2",
      handshakeTimeout: limits.tlsHandshakeMaxMs,
      requestCert: isMutual,
      rejectUnauthorized: isMutual,
    };
    super(options, contextOf(material));
  }

  /** For connections that are made from now on; those that are open go on as they are. */
  renew(material: TlsMaterial): void {
    this.updateSecureContextOptions(contextOf(material));
  }

  _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}

function contextOf({ identity, clientRoots }: TlsMaterial): SecureContextOptions {
  return {
    minVersion: "TLSv1.2",
    cert: identity.pem,
    key: identity.key,
    // An intermediate is enough: whoever is named by hand is trusted.
    ...(clientRoots === undefined ? {} : { ca: clientRoots.pem, allowPartialTrustChain: true }),
  };
}
