import { Metadata, type StatusObject, status } from "@grpc/grpc-js";
import { pushbackKey } from "../rpc/call-end.ts";
import type { Refusal } from "./refusal.ts";

/** A refusal as grpc-js ends a call with it. */
export function refusedCall({ status: name, message, pushbackMs }: Refusal): StatusObject {
  const metadata = new Metadata();
  if (pushbackMs !== undefined) metadata.set(pushbackKey, String(pushbackMs));
  return { code: status[name], details: message, metadata };
}
