import { readdirSync, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { messageOf, systemErrorCode } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { GraphFile } from "../graph-file.ts";
import type { FileErrors } from "./file-errors.ts";

const chunkByteCount = 2 ** 20;

/** The bytes of a file, or of standard input, as they are. Throws DfsError `cannot-run`. */
export async function* bytesOf(source: GraphFile, errors: FileErrors): AsyncGenerator<Uint8Array> {
  if (source.kind === "stdin") {
    try {
      yield* Bun.stdin.stream();
    } catch (error) {
      throw errors.about(`it cannot be read: ${messageOf(error)}`, error);
    }
    return;
  }
  const file = await openFile(source.path, errors);
  try {
    // What is yielded is done with before the next is asked for, so one chunk serves for all.
    const chunk = new Uint8Array(chunkByteCount);
    for (;;) {
      const byteCount = await readInto(file, chunk, errors);
      if (byteCount === 0) return;
      yield chunk.subarray(0, byteCount);
    }
  } finally {
    await file.close();
  }
}

async function openFile(path: string, errors: FileErrors): Promise<FileHandle> {
  const stats = await statOf(path, errors);
  if (stats.isDirectory()) throw errors.about("expected a file, it is a directory");
  try {
    return await open(path, "r");
  } catch (error) {
    throw errors.about(`it cannot be opened: ${messageOf(error)}`, error);
  }
}

async function statOf(path: string, errors: FileErrors): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") {
      throw errors.about(`it cannot be opened: ${messageOf(error)}`, error);
    }
    const neighbours = neighboursOf(path);
    if (neighbours.includes(basename(path))) {
      throw errors.about("it is a link to a file that does not exist", error);
    }
    throw errors.about(`there is no such file${didYouMean(basename(path), neighbours)}`, error);
  }
}

/** The names in the directory of `path`; none when there is no such directory. */
function neighboursOf(path: string): string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return [];
  }
}

async function readInto(file: FileHandle, chunk: Uint8Array, errors: FileErrors): Promise<number> {
  try {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
    return bytesRead;
  } catch (error) {
    throw errors.about(`it cannot be read: ${messageOf(error)}`, error);
  }
}
