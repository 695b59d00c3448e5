import { statSync } from "node:fs";
import type { CancelTimer, Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { readTlsMaterial, type TlsFiles, type TlsMaterial } from "./tls-material.ts";

export interface TlsRenewalOptions {
  readonly clock: Clock;
  /** Throws what is wrong with the files as they are now. */
  readonly read: () => TlsMaterial;
  /** Another text whenever a file may hold something else. */
  readonly stamp: () => string;
  readonly onRenewed: (material: TlsMaterial) => void;
  /** The files were changed, and are no good: what was there before stays in use. */
  readonly onRefused: (why: string) => void;
}

/**
 * Looks now and then whether the files were changed, and reads them once they have stayed the same
 * from one look to the next: a certificate and its key are two files, written one after the other.
 */
export class TlsRenewal {
  readonly #options: TlsRenewalOptions;
  #known: string;
  #before: string;
  #cancelLook: CancelTimer = () => undefined;

  constructor(options: TlsRenewalOptions) {
    this.#options = options;
    this.#known = options.stamp();
    this.#before = this.#known;
    this.#lookLater();
  }

  close(): void {
    this.#cancelLook();
  }

  #lookLater(): void {
    this.#cancelLook = this.#options.clock.after(limits.tlsLookMs, () => {
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    const { read, stamp, onRenewed, onRefused } = this.#options;
    const now = stamp();
    const hasSettled = now === this.#before;
    this.#before = now;
    if (!hasSettled || now === this.#known) return;
    this.#known = now;
    let material: TlsMaterial;
    try {
      material = read();
    } catch (error) {
      onRefused(messageOf(error));
      return;
    }
    onRenewed(material);
  }
}

/** Those of the files of a replica. */
export function tlsFileSource(files: TlsFiles): Pick<TlsRenewalOptions, "read" | "stamp"> {
  const { cert, key, clientCa } = files;
  const paths = [cert, key, ...(clientCa === undefined ? [] : [clientCa])];
  return {
    read: () => readTlsMaterial(files),
    stamp: () => paths.map(stampOf).join(" "),
  };
}

function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? "none" : `${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.mode}`;
}
