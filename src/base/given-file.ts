import { DfsError, messageOf, systemErrorCode } from "./errors.ts";
import { readBounded } from "./read-bounded.ts";

const mebibyte = 1024 * 1024;

/**
 * The file's bytes, at most `maxBytes`: pipes and devices tell no size, and some never end. Throws
 * `cannot-run` with `what` the file is, such as `the proto file a.proto`.
 */
export function readGivenFile(path: string, what: string, maxBytes: number): Uint8Array {
  try {
    const { bytes } = readBounded(path, maxBytes);
    if (bytes.length <= maxBytes) return bytes;
  } catch (error) {
    throw new DfsError("cannot-run", `Cannot read ${what}: ${whyNot(error)}`);
  }
  throw new DfsError(
    "cannot-run",
    `Cannot read ${what}: it must have at most ${Math.floor(maxBytes / mebibyte)} MiB`,
  );
}

function whyNot(error: unknown): string {
  switch (systemErrorCode(error)) {
    case "ENOENT":
      return "no such file";
    case "EISDIR":
      return "it is a directory";
    case "EACCES":
      return "permission denied";
    default:
      return messageOf(error);
  }
}
