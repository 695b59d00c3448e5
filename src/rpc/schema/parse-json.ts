import type { JsonValue } from "@bufbuild/protobuf";
import { DfsError, messageOf } from "../../base/errors.ts";

/**
 * JSON whose whole numbers beyond 2^53 become texts instead of other numbers: a 64-bit field takes
 * either. `where` names the text in the usage error for what is no JSON.
 */
export function parseJson(text: string, where: string): JsonValue {
  try {
    return JSON.parse(text, exactNumber);
  } catch (error) {
    const reason = messageOf(error).replace(/^JSON Parse error: /, "");
    throw new DfsError("usage", `${where} must be JSON: ${reason}`);
  }
}

function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }) {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return /^-?\d+$/.test(source) ? source : value;
}
