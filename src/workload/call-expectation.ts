import type { DescMessage, JsonValue } from "@bufbuild/protobuf";
import { DfsError, messageOf } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { didYouMean } from "../base/nearest.ts";
import type { MessageType } from "../rpc/schema/call-method.ts";
import { messageRule } from "../rpc/schema/json-rules.ts";
import { type StatusName, statusNames } from "../rpc/status.ts";
import { anyKey, difference, subsetFault, withoutFields } from "./call-compare.ts";

/** What a right answer is. */
export interface CallExpectation {
  /** Canonical; what an OK answer must hold at least; undefined: anything. */
  readonly subset: JsonValue | undefined;
  /** As typed, for the run header. */
  readonly subsetText: string | undefined;
  /** All answers to the same request must be alike, but for these fields. */
  readonly isSame: boolean;
  readonly ignored: readonly IgnoredField[];
  /** Of right answers. */
  readonly statuses: ReadonlySet<StatusName>;
}

export interface IgnoredField {
  /** As typed. */
  readonly text: string;
  /** JSON names; `*` for the keys of a map. */
  readonly path: readonly string[];
}

/** Nobody's answer: what the client says itself when there is none. */
const noAnswers: ReadonlySet<StatusName> = new Set([
  "CANCELLED",
  "DEADLINE_EXCEEDED",
  "UNAVAILABLE",
]);

/** `OK,NOT_FOUND`, in any case; throws a usage error that names the nearest. */
export function parseStatuses(text: string, flag: string): ReadonlySet<StatusName> {
  const names = statusNames.filter((name) => !noAnswers.has(name));
  return new Set(
    text.split(",").map((part) => {
      const word = part.trim().toUpperCase();
      const found = names.find((name) => name === word);
      if (found !== undefined) return found;
      const isNoAnswer = statusNames.some((name) => name === word);
      const rule = isNoAnswer
        ? `statuses that are answers: ${word} says that there was none`
        : `statuses such as OK,NOT_FOUND (${names.join(", ")})`;
      const near = isNoAnswer ? "" : didYouMean(word, names);
      throw new DfsError(
        "usage",
        `${flag} must be ${rule}: current value is "${part.trim()}"${near}`,
      );
    }),
  );
}

/** `a.b`; throws a usage error when answers have no such field. */
export function parseIgnoredField(text: string, answer: DescMessage): IgnoredField {
  const path: string[] = [];
  let desc: DescMessage | undefined = answer;
  for (const part of text.split(".")) {
    // What a Struct or an Any holds is nobody's to know.
    if (desc !== undefined && isFree(desc)) {
      path.push(part);
      continue;
    }
    const fields: DescMessage["fields"] = desc?.fields ?? [];
    const field = fields.find(({ name, jsonName }) => name === part || jsonName === part);
    if (field === undefined || (desc !== undefined && messageRule(desc) !== undefined)) {
      throw noSuchField(text, part, { path, fields, answer });
    }
    path.push(field.jsonName, ...(field.fieldKind === "map" ? [anyKey] : []));
    desc = field.message;
  }
  // A map that is named itself goes with all its keys.
  if (path.at(-1) === anyKey) path.pop();
  return { text, path };
}

function isFree({ typeName }: DescMessage): boolean {
  return ["Any", "Struct", "Value", "ListValue"].some(
    (name) => typeName === `google.protobuf.${name}`,
  );
}

function noSuchField(
  text: string,
  part: string,
  within: {
    readonly path: readonly string[];
    readonly fields: DescMessage["fields"];
    readonly answer: DescMessage;
  },
): DfsError {
  const { path, fields, answer } = within;
  const names = fields.map(({ name }) => name);
  const place = path.length === 0 ? answer.typeName : `${answer.typeName}'s ${path.join(".")}`;
  const shown = names.slice(0, limits.errorNamesMaxCount).join(", ");
  const has = names.length === 0 ? "it has none" : `it has ${shown}`;
  return new DfsError(
    "usage",
    `--ignore-field "${text}": ${place} has no field "${part}": ${has}${didYouMean(part, names)}`,
  );
}

/** Judges answers; with `isSame` the first of anybody to a request sets what the others must be. */
export class AnswerJudge {
  readonly #expectation: CallExpectation;
  readonly #answer: MessageType;
  readonly #references = new Map<string, JsonValue>();

  constructor(expectation: CallExpectation, answer: MessageType) {
    this.#expectation = expectation;
    this.#answer = answer;
  }

  /** What is wrong with an OK answer; undefined: nothing. `keyOf` tells what was asked. */
  fault(keyOf: () => string, bytes: Uint8Array): string | undefined {
    const { subset, isSame } = this.#expectation;
    if (subset === undefined && !isSame) return undefined;
    const answer = this.#read(bytes);
    if ("fault" in answer) return answer.fault;
    const fault = subset === undefined ? undefined : subsetFault(subset, answer.json);
    return fault ?? (isSame ? this.#sameFault(keyOf(), answer.json) : undefined);
  }

  #read(bytes: Uint8Array): { readonly json: JsonValue } | { readonly fault: string } {
    try {
      return { json: this.#answer.decode(bytes) };
    } catch (error) {
      return { fault: `an answer that is no ${this.#answer.name}: ${messageOf(error)}` };
    }
  }

  #sameFault(key: string, json: JsonValue): string | undefined {
    const paths = this.#expectation.ignored.map(({ path }) => path);
    const compared = withoutFields(json, paths);
    const reference = this.#references.get(key);
    if (reference !== undefined) {
      const fault = difference(reference, compared);
      return fault === undefined ? undefined : `unlike the first answer: ${fault}`;
    }
    if (this.#references.size < limits.callReferenceMaxCount) this.#references.set(key, compared);
    return undefined;
  }
}
