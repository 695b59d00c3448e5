import { ServerCredentials } from "@grpc/grpc-js";
import type { Clock } from "../base/clock.ts";
import { RenewableCredentials } from "./tls-credentials.ts";
import { readTlsMaterial, type TlsFiles, type TlsMaterial } from "./tls-material.ts";
import { TlsRenewal, tlsFileSource } from "./tls-renewal.ts";

/** How a replica speaks TLS, and who is told what becomes of its files while it does. */
export interface ServingTls {
  readonly files: TlsFiles;
  /** Used from now on for new connections: at the start, or after the files were renewed. */
  readonly onUsed: (material: TlsMaterial, isRenewed: boolean) => void;
  /** The files were changed, and are no good: what was there before stays in use. */
  readonly onRefused: (why: string) => void;
}

export interface OpenCredentials {
  readonly credentials: ServerCredentials;
  /** Ends the watch over the files. */
  close(): void;
}

/** Undefined: plain text. Throws what readTlsMaterial() throws. */
export function openCredentials(tls: ServingTls | undefined, clock: Clock): OpenCredentials {
  if (tls === undefined) {
    return { credentials: ServerCredentials.createInsecure(), close: () => undefined };
  }
  const material = readTlsMaterial(tls.files);
  const credentials = new RenewableCredentials(material);
  tls.onUsed(material, false);
  const renewal = new TlsRenewal({
    ...tlsFileSource(tls.files),
    clock,
    onRefused: tls.onRefused,
    onRenewed(renewed) {
      credentials.renew(renewed);
      tls.onUsed(renewed, true);
    },
  });
  return { credentials, close: () => renewal.close() };
}
