import { closeSync, openSync, readSync } from "node:fs";
import { DfsError, messageOf, systemErrorCode } from "./errors.ts";

const pieceBytes = 1024 * 1024;
const mebibyte = 1024 * 1024;

/**
 * The file's bytes, at most `maxBytes`: pipes and devices tell no size, and some never end. Throws
 * `cannot-run` with `what` the file is, such as `the proto file a.proto`.
 */
export function readBounded(path: string, what: string, maxBytes: number): Buffer {
  try {
    const bytes = readAtMost(path, maxBytes + 1);
    if (bytes.length <= maxBytes) return bytes;
  } catch (error) {
    throw new DfsError("cannot-run", `Cannot read ${what}: ${whyNot(error)}`);
  }
  throw new DfsError(
    "cannot-run",
    `Cannot read ${what}: it must have at most ${Math.floor(maxBytes / mebibyte)} MiB`,
  );
}

/** The first `byteCount` bytes, or all when there are fewer. */
function readAtMost(path: string, byteCount: number): Buffer {
  const descriptor = openSync(path, "r");
  try {
    const piece = Buffer.alloc(pieceBytes);
    const pieces: Buffer[] = [];
    for (let room = byteCount; room > 0; ) {
      const taken = readSync(descriptor, piece, 0, Math.min(pieceBytes, room), null);
      if (taken === 0) break;
      // A copy of its own length: pipes give little at a time.
      pieces.push(Buffer.from(piece.subarray(0, taken)));
      room -= taken;
    }
    return Buffer.concat(pieces);
  } finally {
    closeSync(descriptor);
  }
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
