import {
  type AttemptTable,
  attemptShape,
  type PageFacts,
  type RequestTable,
  requestShape,
} from "../page-shape.ts";
import { TableReader } from "../table-coding.ts";

/** What stands in the page beside its text. */
export interface Run {
  readonly facts: PageFacts;
  readonly requests: RequestTable;
  readonly attempts: AttemptTable;
}

export async function readPage(): Promise<Run> {
  const facts = JSON.parse(textOf("facts")) as PageFacts;
  const packed = bytesOfBase64(textOf("tables"));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = new TableReader(new Uint8Array(await new Response(unpacked).arrayBuffer()));
  const requests = reader.read(requestShape);
  return { facts, requests, attempts: reader.read(attemptShape) };
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? "";
}

function bytesOfBase64(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64.trim());
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
