import type { JsonValue } from "@bufbuild/protobuf";
import { DfsError, messageOf } from "../../base/errors.ts";
import { jsonFault } from "./json-fault.ts";

/**
 * JSON whose whole numbers beyond 2^53 become texts instead of other numbers: a 64-bit field takes
 * either. `where` names the text in the usage error for what is no JSON, or has a key twice.
 */
export function parseJson(text: string, where: string): JsonValue {
  const fault = jsonFault(text);
  if (fault === undefined) return parseCheckedJson(text, where);
  throw new DfsError("usage", `${where} must ${fault.rule}: ${fault.words}`);
}

/** Of a text whose like parseJson() has taken: faster, and with errors that tell less. */
export function parseCheckedJson(text: string, where: string): JsonValue {
  try {
    return JSON.parse(text, exactNumber);
  } catch (error) {
    throw new DfsError("usage", `${where} must be JSON: ${messageOf(error)}`);
  }
}

function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }) {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return /^-?\d+$/.test(source) ? source : value;
}
