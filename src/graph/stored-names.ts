import type { IntegerNames } from "./integer-names.ts";
import type { OffsetNames } from "./offset-names.ts";
import type { TextNames } from "./text-names.ts";

/** Names as plain columns, which can be hashed, written to a file and mapped from it. */
export type StoredNames = IntegerNames | OffsetNames | TextNames;
