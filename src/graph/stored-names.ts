import type { IntegerNames } from "./integer-names.ts";
import type { TextNames } from "./text-names.ts";

/** Names as plain columns, which can be posted, hashed, written to a file and mapped from it. */
export type StoredNames = IntegerNames | TextNames;

/** Bytes an element of each column takes, in order: those of the names, then those of the index. */
export const namesColumnWidths = {
  integer: [8],
  text: [1, 4, 4],
} as const satisfies Record<StoredNames["kind"], readonly number[]>;

/** The columns of `names`, and then those of their index. */
export function columnsOfNames(names: StoredNames): readonly ArrayBufferView[] {
  return [...names.columns, ...names.indexColumns];
}
