import { DfsError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";

/** `csv` and `tsv` are edge lists of which is known what separates their fields. */
export const graphFormats = [
  "edge-list",
  "csv",
  "tsv",
  "matrix-market",
  "dimacs",
  "metis",
] as const;

export type GraphFormat = (typeof graphFormats)[number];

export type Compression = "gzip" | "zstd";

const formatsByExtension: Readonly<Record<string, GraphFormat>> = {
  csv: "csv",
  tsv: "tsv",
  mtx: "matrix-market",
  gr: "dimacs",
  graph: "metis",
  metis: "metis",
};

const compressionsByExtension: Readonly<Record<string, Compression>> = { gz: "gzip", zst: "zstd" };

/** What the name of a file says of it; undefined: nothing. */
export interface NamedFormat {
  readonly format: GraphFormat | undefined;
  readonly compression: Compression | undefined;
}

/** By the extensions of a path, whatever their case: `roads.gr.gz`. */
export function formatOfName(path: string): NamedFormat {
  const extensions = (path.split(/[\\/]/).at(-1) ?? "").toLowerCase().split(".").slice(1);
  const compression = compressionsByExtension[extensions.at(-1) ?? ""];
  if (compression !== undefined) extensions.pop();
  return { format: formatsByExtension[extensions.at(-1) ?? ""], compression };
}

/** Reads the name of a format as a user types it. Throws a usage error. */
export function parseGraphFormat(text: string): GraphFormat {
  const format = graphFormats.find((candidate) => candidate === text.toLowerCase());
  if (format !== undefined) return format;
  throw new DfsError(
    "usage",
    `A graph's format must be one of ${graphFormats.join(", ")}: ` +
      `"${text}" is none${didYouMean(text, graphFormats)}`,
  );
}

/** By the first bytes of a file. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  const magic = head[0]! | (head[1]! << 8) | (head[2]! << 16) | (head[3]! << 24);
  // A frame, or one of the sixteen kinds of frames that are to be skipped.
  const isZstd = magic === (0xfd2fb528 | 0) || magic >>> 4 === 0x184d2a5;
  return isZstd ? "zstd" : undefined;
}

/** What a text says of its format by its first lines; undefined: nothing, as in an edge list. */
export function formatOfText(head: Uint8Array): GraphFormat | undefined {
  const text = new TextDecoder().decode(head);
  if (/^\s*%%MatrixMarket\b/i.test(text)) return "matrix-market";
  if (/^(?:[ \t\r]*\n|c(?:[ \t][^\n]*)?\r?\n)*p[ \t]+sp[ \t]/.test(text)) return "dimacs";
  return undefined;
}

const binaries: readonly { readonly begins: readonly number[]; readonly what: string }[] = [
  { begins: [0x1f, 0x8b], what: "gzip data inside compressed data" },
  { begins: [0x28, 0xb5, 0x2f, 0xfd], what: "zstd data inside compressed data" },
  { begins: [0x50, 0x4b, 0x03, 0x04], what: "a zip archive; unpack it first" },
  { begins: [0x42, 0x5a, 0x68], what: "bzip2 data; gzip and zstd are read" },
  { begins: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], what: "xz data; gzip and zstd are read" },
  { begins: [0xff, 0xfe], what: "text in UTF-16; UTF-8 is read" },
  { begins: [0xfe, 0xff], what: "text in UTF-16; UTF-8 is read" },
];

/** What a file is that is no text, if its first bytes say so. */
export function binaryKindOf(head: Uint8Array): string | undefined {
  return binaries.find(({ begins }) => begins.every((byte, index) => head[index] === byte))?.what;
}
