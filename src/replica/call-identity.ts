import type { Metadata } from "@grpc/grpc-js";
import { printable } from "../base/printable.ts";

/** Who a call says it is, as far as it can be trusted in a ledger line. */
export interface CallIdentity {
  /** The client's x-request-id; empty when it sent none. */
  readonly request: string;
  /** 1 for a request's first attempt. */
  readonly attempt: number;
}

/** Ours are about 20 characters; other clients' ids (UUIDs, trace ids) fit as well. */
const requestIdMaxLength = 128;
const attemptMaxCount = 1_000_000;

/** Metadata is the client's to choose, so it is cut to a sane length and made printable. */
export function callIdentity(metadata: Metadata): CallIdentity {
  const request = firstText(metadata, "x-request-id").slice(0, requestIdMaxLength);
  const previous = firstText(metadata, "grpc-previous-rpc-attempts");
  const previousCount = /^\d{1,6}$/.test(previous) ? Number(previous) : 0;
  return { request: printable(request), attempt: Math.min(previousCount + 1, attemptMaxCount) };
}

function firstText(metadata: Metadata, key: string): string {
  const [value] = metadata.get(key);
  return typeof value === "string" ? value : "";
}
