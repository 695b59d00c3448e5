import { escaped, printableJson } from "../base/printable.ts";
import { noParent } from "../rpc/dfs-service.ts";

/** Vertices in order of discovery, with what is told of each. */
export interface OrderRows {
  readonly vertices: Uint32Array;
  /** `noParent` for the root of a tree. */
  readonly parents: Uint32Array;
  readonly depths: Uint32Array;
  /** As many as vertices; undefined: they are called by their numbers. */
  readonly names: readonly string[] | undefined;
}

/** `lines`: a vertex a line. `tsv`: vertex, parent, depth, name. `json`: an object a line. */
export type OrderFormat = "lines" | "tsv" | "json";

const newline = 0x0a;
const tab = 0x09;
const digitZero = 0x30;
const decimalMaxLength = 10;

/** The rows as text, each with its line end. */
export function orderText(rows: OrderRows, format: OrderFormat): Uint8Array {
  if (format === "json") return Buffer.from(jsonLines(rows));
  if (rows.names === undefined) return numberText(rows, format === "tsv");
  return Buffer.from(format === "tsv" ? namedTable(rows) : nameLines(rows.names));
}

/** Numbers are most of all output, so they are spelled straight into bytes. */
function numberText({ vertices, parents, depths }: OrderRows, isTable: boolean): Uint8Array {
  const rowMaxLength = (isTable ? 3 : 1) * (decimalMaxLength + 1);
  const bytes = Buffer.allocUnsafeSlow(rowMaxLength * vertices.length);
  let at = 0;
  for (let row = 0; row < vertices.length; row++) {
    at = putDecimal(bytes, at, vertices[row] ?? 0);
    if (isTable) {
      bytes[at++] = tab;
      const parent = parents[row] ?? noParent;
      // The root of a tree has none.
      if (parent !== noParent) at = putDecimal(bytes, at, parent);
      bytes[at++] = tab;
      at = putDecimal(bytes, at, depths[row] ?? 0);
    }
    bytes[at++] = newline;
  }
  return bytes.subarray(0, at);
}

/** Writes `value`, an unsigned 32-bit integer, at `at`; returns where it ends. */
function putDecimal(bytes: Uint8Array, at: number, value: number): number {
  let length = 1;
  for (let bound = 10; length < decimalMaxLength && value >= bound; bound *= 10) length++;
  let rest = value;
  for (let digit = at + length - 1; digit >= at; digit--) {
    const next = (rest / 10) >>> 0;
    bytes[digit] = digitZero + rest - 10 * next;
    rest = next;
  }
  return at + length;
}

function nameLines(names: readonly string[]): string {
  return names.map((name) => `${escaped(name)}\n`).join("");
}

function namedTable({ vertices, parents, depths, names = [] }: OrderRows): string {
  return names
    .map((name, row) => {
      const parent = parents[row] === noParent ? "" : parents[row];
      return `${vertices[row]}\t${parent}\t${depths[row]}\t${escaped(name)}\n`;
    })
    .join("");
}

function jsonLines({ vertices, parents, depths, names }: OrderRows): string {
  let text = "";
  for (let row = 0; row < vertices.length; row++) {
    const parent = parents[row] === noParent ? null : parents[row];
    const name = names === undefined ? "" : `,"name":${printableJson(names[row])}`;
    text += `{"vertex":${vertices[row]},"parent":${parent},"depth":${depths[row]}${name}}\n`;
  }
  return text;
}
