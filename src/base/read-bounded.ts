import { closeSync, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { refuseNamedPipe } from "./named-pipe.ts";

export interface BoundedFile {
  /** All that the file holds; one byte more than `maxBytes` when it holds more than that. */
  readonly bytes: Uint8Array;
  /** Of the very file that was read. */
  readonly stats: Stats;
}

const pieceBytes = 65_536;

/**
 * Reads a file that a user named, which may be a device without an end. Throws system errors, and
 * for a named pipe, which nothing could end the wait for.
 */
export function readBounded(path: string, maxBytes: number): BoundedFile {
  refuseNamedPipe(path);
  const fd = openSync(path, "r");
  try {
    const pieces: Uint8Array[] = [];
    let left = maxBytes + 1;
    while (left > 0) {
      const piece = new Uint8Array(Math.min(left, pieceBytes));
      const count = readSync(fd, piece, 0, piece.length, null);
      if (count === 0) break;
      pieces.push(piece.subarray(0, count));
      left -= count;
    }
    return { bytes: Buffer.concat(pieces), stats: fstatSync(fd) };
  } finally {
    closeSync(fd);
  }
}
