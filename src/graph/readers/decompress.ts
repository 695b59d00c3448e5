import { DfsError, messageOf } from "../../base/errors.ts";
import type { FileErrors } from "./file-errors.ts";
import { type Compression, compressionOf } from "./graph-format.ts";
import type { GraphText } from "./graph-text.ts";

/** Bytes that are looked at to tell what they are. */
const magicByteCount = 4;

export interface Decompression {
  readonly errors: FileErrors;
  /** What the name of the file says; the bytes must agree. */
  readonly named: Compression | undefined;
  /** Where the text goes, which knows how far it has come. */
  readonly text: GraphText;
}

/**
 * The text in `bytes`, decompressed if they are; a chunk is valid until the next is asked for.
 * However it ends, `bytes` are closed.
 */
export async function* decompressed(
  bytes: AsyncGenerator<Uint8Array>,
  { errors, named, text }: Decompression,
): AsyncGenerator<Uint8Array> {
  try {
    const head = await headOf(bytes);
    const compression = compressionOf(head);
    if (named !== undefined && compression !== named) {
      const found = head.length === 0 ? "an empty file" : `${compression ?? "other"} data`;
      throw errors.at(1, 1, `expected ${named} data, as the name of the file says, found ${found}`);
    }
    const all = joined(head, bytes);
    if (compression === undefined) yield* all;
    else yield* inflated(all, compression, { errors, text });
  } finally {
    close(bytes);
  }
}

async function* inflated(
  bytes: AsyncGenerator<Uint8Array>,
  compression: Compression,
  { errors, text }: Pick<Decompression, "errors" | "text">,
): AsyncGenerator<Uint8Array> {
  try {
    yield* streamOf(bytes).pipeThrough(new DecompressionStream(compression));
  } catch (error) {
    if (error instanceof DfsError) throw error;
    const { line, column } = text.place;
    const isCut = messageOf(error).includes("unexpected end");
    throw errors.at(
      line,
      column,
      `the ${compression} data ${isCut ? "end too early" : "are damaged"}, here or further on`,
    );
  }
}

/** At least so many bytes that their kind can be told, unless there are no more. */
async function headOf(bytes: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  let head = new Uint8Array(0);
  while (head.length < magicByteCount) {
    const { value, done } = await bytes.next();
    if (done) break;
    const longer = new Uint8Array(head.length + value.length);
    longer.set(head);
    longer.set(value, head.length);
    head = longer;
  }
  return head;
}

async function* joined(
  head: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
}

/** The stream reads ahead, so each of its chunks is a copy. */
function streamOf(bytes: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { value, done } = await bytes.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    cancel() {
      close(bytes);
    },
  });
}

/** Not waited for: a read that is under way on standard input may never end. */
function close(bytes: AsyncGenerator<Uint8Array>): void {
  bytes.return(undefined).catch(() => undefined);
}
