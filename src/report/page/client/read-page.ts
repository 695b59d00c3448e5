import {
  type AttemptTable,
  attemptShape,
  type PageFacts,
  type RequestTable,
  requestShape,
} from "../page-shape.ts";
import { TableReader } from "../table-coding.ts";
import { type TimeBuckets, timeBuckets } from "./time-buckets.ts";
import type { TimeSpan } from "./time-view.ts";

/** A run as the charts draw it; of one that is still on, all of it may grow. */
export interface Run {
  readonly facts: PageFacts;
  readonly requests: RequestTable;
  readonly attempts: AttemptTable;
  buckets(shown: TimeSpan): TimeBuckets;
}

/** What stands in the page beside its text. */
export function readPage(): Promise<Run> {
  return readRun(JSON.parse(textOf("facts")) as PageFacts, textOf("tables"));
}

export async function readRun(facts: PageFacts, tables: string): Promise<Run> {
  const packed = bytesOfBase64(tables);
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = new TableReader(new Uint8Array(await new Response(unpacked).arrayBuffer()));
  const requests = reader.read(requestShape);
  const attempts = reader.read(attemptShape);
  const buckets = (shown: TimeSpan) => timeBuckets(requests, shown, facts.endpoints.length);
  return { facts, requests, attempts, buckets };
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
