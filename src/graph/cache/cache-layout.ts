import type { GraphParts } from "../graph-file.ts";
import { IntegerNames } from "../integer-names.ts";
import { OffsetNames } from "../offset-names.ts";
import { bytesOf } from "../shared-arrays.ts";
import type { StoredNames } from "../stored-names.ts";
import { TextNames } from "../text-names.ts";
import {
  type CacheHeader,
  type CacheSection,
  sectionAlignmentBytes,
  UnusableCache,
} from "./cache-header.ts";

/** The columns of a graph in the order of the sections of its file. */
export function columnsOf({ csr, names }: GraphParts): readonly ArrayBufferView[] {
  return [csr.offsets, csr.targets, ...(names?.columns ?? []), ...(names?.indexColumns ?? [])];
}

/** Where each column goes, and its hash. */
export function sectionsFor(columns: readonly ArrayBufferView[]): CacheSection[] {
  let offset = sectionAlignmentBytes;
  return columns.map((column) => {
    const { byteLength } = column;
    const section = { offset, byteLength, hash: Bun.hash.xxHash64(bytesOf(column)) };
    offset += Math.ceil(byteLength / sectionAlignmentBytes) * sectionAlignmentBytes;
    return section;
  });
}

/** Throws UnusableCache when the sections do not fit the counts, or the file. */
export function checkSections(header: CacheHeader, fileBytes: number): void {
  const { vertexCount, edgeCount, names, sections } = header;
  const namesLengths = {
    none: [],
    integer: [8 * vertexCount],
    offset: [16],
    // How long the texts and their index are, only they themselves say.
    text: [undefined, 4 * vertexCount, undefined],
  }[names ?? "none"];
  const lengths = [4 * (vertexCount + 1), 4 * edgeCount, ...namesLengths];
  const fits = lengths.every((length, index) => {
    const section = sections[index];
    return (
      section !== undefined &&
      (length === undefined || section.byteLength === length) &&
      section.offset % sectionAlignmentBytes === 0
    );
  });
  if (!fits || sections.length !== lengths.length) {
    throw new UnusableCache("its sections do not fit its counts");
  }
  // An empty section has no place in the file.
  const filled = sections.filter(({ byteLength }) => byteLength > 0);
  if (filled.some(({ offset, byteLength }) => offset + byteLength > fileBytes)) {
    throw new UnusableCache("it is shorter than its sections");
  }
}

/** The graph whose columns are the sections of the file. Throws UnusableCache. */
export function partsFromSections(
  { vertexCount, edgeCount, spec, names }: CacheHeader,
  sections: readonly Uint8Array[],
): GraphParts {
  const offsets = numbersIn(sections[0]);
  const targets = numbersIn(sections[1]);
  if (offsets[0] !== 0 || offsets[vertexCount] !== edgeCount) {
    throw new UnusableCache("its edges do not fit its counts");
  }
  const csr = { vertexCount, edgeCount, offsets, targets, spec };
  const storedNames =
    names === undefined ? undefined : namesFrom(names, sections.slice(2), vertexCount);
  return { csr, names: storedNames };
}

function namesFrom(
  kind: StoredNames["kind"],
  columns: readonly Uint8Array[],
  vertexCount: number,
): StoredNames {
  const [first = new Uint8Array(), ends, slotBytes]: readonly Uint8Array[] = columns;
  if (kind === "text") {
    const slots = numbersIn(slotBytes);
    // A search of the table ends at a free slot, and takes its length to be a power of two.
    const isTable = slots.length > vertexCount && (slots.length & (slots.length - 1)) === 0;
    if (!isTable) throw new UnusableCache("the index of its names does not fit its counts");
    return new TextNames({ bytes: first, ends: numbersIn(ends), slots });
  }
  const ids = new Float64Array(first.buffer, first.byteOffset, first.length / 8);
  return kind === "integer" ? new IntegerNames(ids) : new OffsetNames(ids[0]!, vertexCount);
}

function numbersIn(bytes: Uint8Array = new Uint8Array()): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 4));
}
