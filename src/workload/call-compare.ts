import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { limits } from "../base/limits.ts";

/**
 * What `expected` says that `got` does not, in few words; undefined: nothing. Objects may hold
 * more than expected; lists have as many elements, each as expected. A null is expected where a
 * field is not set.
 */
export function subsetFault(expected: JsonValue, got: JsonValue): string | undefined {
  return differenceAt(expected, got, "", "subset");
}

/** How `got` differs from `reference`, in few words; undefined: not at all. */
export function difference(reference: JsonValue, got: JsonValue): string | undefined {
  return differenceAt(reference, got, "", "same");
}

type Manner = "subset" | "same";

function differenceAt(
  expected: JsonValue | undefined,
  got: JsonValue | undefined,
  path: string,
  manner: Manner,
): string | undefined {
  if (isObject(expected) && isObject(got)) return objectFault(expected, got, path, manner);
  if (Array.isArray(expected) && Array.isArray(got)) return listFault(expected, got, path, manner);
  const isAbsent = expected === null && got === undefined;
  if (expected === got || isAbsent) return undefined;
  return `${path === "" ? "the answer" : path} is ${shown(got)}, expected ${shown(expected)}`;
}

function objectFault(
  expected: JsonObject,
  got: JsonObject,
  path: string,
  manner: Manner,
): string | undefined {
  const others = manner === "same" ? Object.keys(got).filter((key) => !(key in expected)) : [];
  for (const key of [...Object.keys(expected), ...others]) {
    const at = path === "" ? key : `${path}.${key}`;
    const fault = differenceAt(expected[key], got[key], at, manner);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function listFault(
  expected: readonly JsonValue[],
  got: readonly JsonValue[],
  path: string,
  manner: Manner,
): string | undefined {
  const what = path === "" ? "the answer" : path;
  if (expected.length !== got.length) {
    return `${what} has ${got.length} elements, expected ${expected.length}`;
  }
  for (const [index, element] of expected.entries()) {
    const fault = differenceAt(element, got[index], `${path}[${index}]`, manner);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function shown(json: JsonValue | undefined): string {
  if (json === undefined) return "not set";
  const text = JSON.stringify(json);
  const { errorValueMaxLength } = limits;
  return text.length <= errorValueMaxLength ? text : `${text.slice(0, errorValueMaxLength)}...`;
}

function isObject(json: JsonValue | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** `json` without the fields of `paths`, each `a.b` as its parts; lists are gone through. */
export function withoutFields(json: JsonValue, paths: readonly (readonly string[])[]): JsonValue {
  if (paths.length === 0) return json;
  if (Array.isArray(json)) return json.map((element) => withoutFields(element, paths));
  if (!isObject(json)) return json;
  const entries = Object.entries(json).flatMap(([key, value]): [string, JsonValue][] => {
    const here = paths.filter(([first]) => first === key || first === anyKey);
    if (here.some(({ length }) => length === 1)) return [];
    return [
      [
        key,
        withoutFields(
          value,
          here.map((path) => path.slice(1)),
        ),
      ],
    ];
  });
  return Object.fromEntries(entries);
}

/** In a path: every key of a map. */
export const anyKey = "*";
