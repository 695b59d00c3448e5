import type { JsonValue } from "@bufbuild/protobuf";
import { counted } from "../base/counted.ts";
import { messageOf } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { MessageType } from "../rpc/schema/call-method.ts";
import { difference, subsetFault, withoutFields } from "./call-compare.ts";
import type { CallExpectation } from "./call-expectation.ts";
import type { AnswerReader } from "./workload.ts";

/** A right answer as a sequence: a number for each message, and the first messages themselves. */
interface Sequence {
  readonly digests: readonly number[];
  readonly begin: readonly JsonValue[];
}

/**
 * Judges answers of any number of messages. What must be held holds for every message, of which
 * there must be one; where all answers must be alike, the first that is right sets the sequence of
 * messages that the others must be.
 */
export class SequenceJudge {
  readonly #expectation: CallExpectation;
  readonly #answer: MessageType;
  readonly #references = new Map<string, Sequence>();

  constructor(expectation: CallExpectation, answer: MessageType) {
    this.#expectation = expectation;
    this.#answer = answer;
  }

  /** `keyOf` tells what was asked. */
  openReader(keyOf: () => string): AnswerReader {
    const { subset, isSame } = this.#expectation;
    if (subset === undefined && !isSame) return indifferent;
    let messageCount = 0;
    let fault: string | undefined;
    const digests: number[] = [];
    const begin: JsonValue[] = [];
    return {
      take: (message) => {
        messageCount++;
        if (fault !== undefined) return;
        const read = this.#read(message);
        fault = "json" in read ? this.#subsetFault(read.json) : read.fault;
        if (fault !== undefined) fault = `message ${messageCount}: ${fault}`;
        if (!isSame || !("json" in read)) return;
        const compared = this.#compared(read.json);
        digests.push(digestOf(compared));
        if (begin.length < limits.callReferenceBeginCount) begin.push(compared);
      },
      fault: () => {
        if (fault !== undefined) return fault;
        if (subset !== undefined && messageCount === 0) return "the answer has no message";
        return isSame ? this.#sameFault(keyOf(), { digests, begin }) : undefined;
      },
    };
  }

  #read(bytes: Uint8Array): { readonly json: JsonValue } | { readonly fault: string } {
    try {
      return { json: this.#answer.decode(bytes) };
    } catch (error) {
      return { fault: `no ${this.#answer.name}: ${messageOf(error)}` };
    }
  }

  #subsetFault(json: JsonValue): string | undefined {
    const { subset } = this.#expectation;
    return subset === undefined ? undefined : subsetFault(subset, json);
  }

  #compared(json: JsonValue): JsonValue {
    const paths = this.#expectation.ignored.map(({ path }) => path);
    return withoutFields(json, paths);
  }

  #sameFault(key: string, sequence: Sequence): string | undefined {
    const reference = this.#references.get(key);
    if (reference !== undefined) return sequenceFault(reference, sequence);
    if (this.#references.size < limits.callReferenceMaxCount) this.#references.set(key, sequence);
    return undefined;
  }
}

/** Where every answer is right. */
const indifferent: AnswerReader = { take: () => undefined, fault: () => undefined };

function sequenceFault(reference: Sequence, { digests, begin }: Sequence): string | undefined {
  const unlike = "unlike the first answer";
  const index = digests.findIndex((digest, place) => digest !== reference.digests[place]);
  if (index >= 0 && index < reference.digests.length) {
    const [expected, got] = [reference.begin[index], begin[index]];
    const isKept = expected !== undefined && got !== undefined;
    const what = isKept ? difference(expected, got) : undefined;
    return `${unlike}: message ${index + 1}${what === undefined ? " differs" : `: ${what}`}`;
  }
  if (digests.length === reference.digests.length) return undefined;
  const messages = counted(digests.length, "message");
  return `${unlike}: ${messages}, expected ${reference.digests.length}`;
}

/** The same for the same JSON, whatever the order of its keys, which that of a map may be any. */
function digestOf(json: JsonValue): number {
  return Bun.hash.xxHash32(JSON.stringify(json, sortedKeys));
}

function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
