import { limits } from "../../base/limits.ts";
import { readBounded } from "../../base/read-bounded.ts";

/** What a .proto file or a protoset holds. Throws system errors, and for what is none of them. */
export function readSchemaFile(path: string): Uint8Array {
  const { bytes } = readBounded(path, limits.schemaFileMaxBytes);
  if (bytes.length > limits.schemaFileMaxBytes) {
    throw new Error(`it is larger than ${limits.schemaFileMaxBytes} bytes`);
  }
  return bytes;
}
