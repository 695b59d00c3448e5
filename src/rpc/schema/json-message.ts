import {
  type DescEnum,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Registry,
  ScalarType,
  toJson,
} from "@bufbuild/protobuf";
import { DfsError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { didYouMean } from "../../base/nearest.ts";
import { printable } from "../../base/printable.ts";
import { isTakenTooEasily } from "./json-leniency.ts";
import { messageRule, scalarRule } from "./json-rules.ts";

export interface JsonPlace {
  /** How errors call the text, such as `--data`. */
  readonly where: string;
  readonly registry: Registry;
}

/**
 * `json` as the canonical JSON of the message has it (fields in camelCase, 64-bit integers as
 * texts, enums by name), however it was written. Absent fields stay absent; a null is kept, and
 * means that the field is not set. Throws a usage error that names the field by its path, its rule
 * and the value, and of an unknown field the nearest.
 */
export function canonicalJson(message: DescMessage, json: JsonValue, place: JsonPlace): JsonValue {
  return new Walk(place).message(message, json, "");
}

const anyName = "google.protobuf.Any";

class Walk {
  readonly #where: string;
  readonly #types: Registry;

  constructor({ where, registry }: JsonPlace) {
    this.#where = where;
    this.#types = registry;
  }

  message(desc: DescMessage, json: JsonValue, path: string): JsonValue {
    const rule = messageRule(desc);
    if (rule !== undefined) return this.#leaf(desc, json, path, rule);
    if (!isObject(json)) throw this.#wrong(path, `an object (${desc.typeName})`, json);
    if (desc.typeName === anyName) return this.#any(json, path);
    const seen = new Map<string, string>();
    const oneofs = new Map<string, string>();
    const entries = Object.entries(json).map(([key, value]): [string, JsonValue] => {
      const field = this.#field(desc, key, path);
      const twin = seen.get(field.jsonName);
      if (twin !== undefined) throw this.#both(path, twin, key, "name one field");
      seen.set(field.jsonName, key);
      if (field.kind === "field" && field.oneof !== undefined && value !== null) {
        const rival = oneofs.get(field.oneof.name);
        const why = `are of the oneof "${field.oneof.name}"`;
        if (rival !== undefined) throw this.#both(path, rival, key, why);
        oneofs.set(field.oneof.name, key);
      }
      return [field.jsonName, this.#value(field, value, join(path, key))];
    });
    return Object.fromEntries(entries);
  }

  #field(desc: DescMessage, key: string, path: string) {
    const named = desc.fields.find(({ name, jsonName }) => name === key || jsonName === key);
    if (named !== undefined) return named;
    const extension = /^\[(.+)\]$/.exec(key)?.[1];
    const found = extension === undefined ? undefined : this.#types.getExtension(extension);
    if (found?.extendee.typeName === desc.typeName) return found;
    const names = desc.fields.map(({ name }) => name);
    const has = names.length === 0 ? "it has none" : `it has ${listed(names)}`;
    const at = path === "" ? "" : `, at ${join(path, key)}`;
    throw new DfsError(
      "usage",
      printable(
        `${this.#where}: ${desc.typeName} has no field "${shortened(key)}"${at}: ` +
          `${has}${didYouMean(key, [...names, ...desc.fields.map(({ jsonName }) => jsonName)])}`,
      ),
    );
  }

  #value(field: FieldType, json: JsonValue, path: string): JsonValue {
    // A null means that the field is not set; one that can be null itself is its own judge.
    if (json === null && !takesNull(field)) return null;
    switch (field.fieldKind) {
      case "list":
        if (!Array.isArray(json)) throw this.#wrong(path, "a list", json);
        return json.map((item, index) => this.#single(field, item, `${path}[${index}]`));
      case "map": {
        if (!isObject(json)) throw this.#wrong(path, "an object of keys and values", json);
        const entries = Object.entries(json).map(([key, value]) => {
          const at = `${path}[${JSON.stringify(key)}]`;
          return [this.#mapKey(field.mapKey, key, at), this.#single(field, value, at)] as const;
        });
        return Object.fromEntries(entries);
      }
      default:
        return this.#single(field, json, path);
    }
  }

  #single(
    { message, enum: enumeration, scalar }: FieldType,
    json: JsonValue,
    path: string,
  ): JsonValue {
    if (message !== undefined) return this.message(message, json, path);
    if (enumeration !== undefined) return this.#enum(enumeration, json, path);
    const { wrapper, words } = scalarRule(scalar ?? ScalarType.STRING);
    // A wrapper takes a null, a value does not.
    if (json === null) throw this.#wrong(path, words, json);
    return this.#leaf(wrapper, json, path, words);
  }

  #leaf(desc: DescMessage, json: JsonValue, path: string, rule: string): JsonValue {
    if (isTakenTooEasily(desc, json)) throw this.#wrong(path, rule, json);
    try {
      const options = { registry: this.#types };
      return toJson(desc, fromJson(desc, json, options), options);
    } catch {
      throw this.#wrong(path, rule, json);
    }
  }

  #enum(desc: DescEnum, json: JsonValue, path: string): JsonValue {
    if (desc.typeName === "google.protobuf.NullValue") return null;
    const found = desc.values.find(({ name, jsonName, number }) =>
      typeof json === "number" ? number === json : name === json || jsonName === json,
    );
    if (found !== undefined) return found.jsonName;
    // Other values may come from a later version, unless proto2 closed the enum.
    if (desc.open && typeof json === "number" && json === (json | 0)) return json;
    const names = desc.values.map(({ name }) => name);
    const near = typeof json === "string" ? didYouMean(json, names) : "";
    throw this.#wrong(path, `one of ${listed(names)} (${desc.typeName})`, json, near);
  }

  #mapKey(type: ScalarType | undefined, key: string, path: string): string {
    if (type === undefined || type === ScalarType.STRING) return key;
    const { wrapper, words } = scalarRule(type);
    const isBool = type === ScalarType.BOOL;
    const value = isBool && (key === "true" || key === "false") ? key === "true" : key;
    return String(this.#leaf(wrapper, value, path, `keyed by ${words}`));
  }

  /** An Any is an object of its message's fields, or its `value`, beside its `@type`. */
  #any(json: JsonObject, path: string): JsonValue {
    const { "@type": url, ...rest } = json;
    const { value = null } = rest;
    if (url === undefined && Object.keys(rest).length === 0) return {};
    if (typeof url !== "string") {
      throw this.#wrong(
        join(path, "@type"),
        'the type\'s name, such as "type.googleapis.com/a.B"',
        url ?? null,
      );
    }
    const name = url.slice(url.lastIndexOf("/") + 1);
    const desc = this.#types.getMessage(name);
    if (desc === undefined) {
      const known = Array.from(this.#types).filter(({ kind }) => kind === "message");
      const near = didYouMean(
        name,
        known.map(({ typeName }) => typeName),
      );
      throw this.#wrong(join(path, "@type"), "a message of the schema", url, near);
    }
    if (messageRule(desc) === undefined && name !== anyName) {
      const fields = this.message(desc, rest, path);
      return isObject(fields) ? { "@type": url, ...fields } : fields;
    }
    return { "@type": url, value: this.message(desc, value, join(path, "value")) };
  }

  #wrong(path: string, rule: string, json: JsonValue, near = ""): DfsError {
    const what = path === "" ? this.#where : `${this.#where}: ${path}`;
    const value = shortened(JSON.stringify(json));
    return new DfsError(
      "usage",
      printable(`${what} must be ${rule}: current value is ${value}${near}`),
    );
  }

  #both(path: string, first: string, second: string, why: string): DfsError {
    const [a, b] = [join(path, first), join(path, second)];
    return new DfsError(
      "usage",
      printable(`${this.#where}: ${a} and ${b} ${why}: give one of them`),
    );
  }
}

/** What a field and an extension have in common. */
type FieldType = Pick<DescField, "fieldKind" | "message" | "enum" | "scalar"> & {
  readonly mapKey?: ScalarType | undefined;
};

function takesNull({ fieldKind, message, enum: enumeration }: FieldType): boolean {
  if (fieldKind === "message") return message?.typeName === "google.protobuf.Value";
  return fieldKind === "enum" && enumeration?.typeName === "google.protobuf.NullValue";
}

function isObject(json: JsonValue): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** `a, b, c and 12 more`. */
function listed(names: readonly string[]): string {
  const more = names.length - limits.errorNamesMaxCount;
  const shown = names.slice(0, limits.errorNamesMaxCount).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function shortened(text: string): string {
  return text.length <= limits.errorValueMaxLength
    ? text
    : `${text.slice(0, limits.errorValueMaxLength)}...`;
}
