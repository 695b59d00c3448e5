import { crc32 } from "node:zlib";
import { messageOf } from "../base/errors.ts";
import { OrderCheck } from "../graph/order-check.ts";
import {
  type SearchQuestion,
  type TraverseResponse,
  type TraverseSummary,
  traverse,
} from "../rpc/dfs-service.ts";
import { AlignedColumns } from "./aligned-columns.ts";
import { countFault, type OrderReference } from "./order-reference.ts";

/** A batch that was found right. Its columns are good only during the call that gives it. */
export interface TraverseBatch {
  /** Vertices of the order before it. */
  readonly first: number;
  readonly vertices: Uint32Array;
  /** `noParent` for a root. */
  readonly parents: Uint32Array;
  readonly depths: Uint32Array;
  /** As many as vertices; undefined unless asked for. */
  readonly names: readonly string[] | undefined;
}

export interface TraverseConsumerOptions {
  readonly question: SearchQuestion;
  /** Of the graph, as DescribeGraph says it. */
  readonly vertexCount: number;
  /** Vertices in a message at most; 0 or left out: the replica's choice. */
  readonly batchMax?: number;
  readonly withNames?: boolean;
  /** What the whole order must agree with, shared by all streams of the same question. */
  readonly reference?: OrderReference;
  readonly onBatch?: (batch: TraverseBatch) => void;
}

const fingerprintPattern = /^[0-9a-f]{16}$/;

/**
 * Takes one Traverse stream, and believes nothing that can be checked: the place of every batch in
 * the order, the structure of the search (see OrderCheck), the graph's fingerprint, and the totals
 * and checksums of the summary. A StreamConsumer.
 *
 * Memory: that of OrderCheck, and 12 bytes for each vertex of the largest batch.
 */
export class TraverseConsumer {
  readonly #options: TraverseConsumerOptions;
  readonly #order: OrderCheck;
  readonly #columns = new AlignedColumns();
  readonly #checksums = { verticesCrc32: 0, parentsCrc32: 0, depthsCrc32: 0 };
  #isBegun = false;
  /** Of the graph that the order is of; known from the first message on, if not before. */
  #fingerprint: string | undefined;
  #summary: TraverseSummary | undefined;
  #fault: string | undefined;

  constructor(options: TraverseConsumerOptions) {
    const { question, vertexCount } = options;
    this.#options = options;
    this.#order = new OrderCheck({
      vertexCount,
      source: question.sourceName === undefined ? (question.source ?? 0) : undefined,
      target: question.target,
      reachableOnly: question.reachableOnly ?? false,
    });
    this.#fingerprint = options.reference?.fingerprint;
  }

  /** Vertices taken. */
  get itemCount(): number {
    return this.#order.count;
  }

  get isComplete(): boolean {
    return this.#summary !== undefined;
  }

  /** The totals that ended the stream; undefined before that. */
  get summary(): TraverseSummary | undefined {
    return this.#summary;
  }

  /** Of the graph that answers; undefined before the first message. */
  get fingerprint(): string | undefined {
    return this.#fingerprint;
  }

  /** Asks for the order after what has been taken, of the graph that it was taken from. */
  nextRequest(): Uint8Array {
    const { question, batchMax, withNames } = this.#options;
    return traverse.requestSerialize({
      ...question,
      resumeAfter: this.itemCount,
      ...(this.#fingerprint === undefined ? {} : { expectFingerprint: this.#fingerprint }),
      batchMax: batchMax ?? 0,
      withNames: withNames ?? false,
    });
  }

  /** Takes the next message; a text says why it is not what must follow. */
  take(message: Uint8Array): string | undefined {
    // What follows a fault is not worth looking at: the order is lost.
    this.#fault ??= this.#takeMessage(message);
    return this.#fault;
  }

  #takeMessage(message: Uint8Array): string | undefined {
    if (this.isComplete) return "a message after the summary";
    const response = readResponse(message);
    if (typeof response === "string") return response;
    return (
      this.#fingerprintFault(response.fingerprint) ??
      this.#batchFault(response) ??
      (response.summary === undefined ? undefined : this.#summaryFault(response.summary))
    );
  }

  #fingerprintFault(fingerprint: string | undefined): string | undefined {
    if (fingerprint === undefined) {
      return this.#isBegun ? undefined : "the first message carries no fingerprint";
    }
    this.#isBegun = true;
    if (!fingerprintPattern.test(fingerprint)) {
      return `the fingerprint "${fingerprint}" is not 16 hexadecimal digits`;
    }
    this.#fingerprint ??= fingerprint;
    if (fingerprint === this.#fingerprint) return undefined;
    return `the graph's fingerprint is ${fingerprint}, expected ${this.#fingerprint}`;
  }

  #batchFault(response: TraverseResponse): string | undefined {
    const shapeFault = this.#shapeFault(response);
    if (shapeFault !== undefined) return shapeFault;
    const columns = this.#columns;
    columns.load(response);
    const first = this.itemCount;
    const fault = this.#order.take(columns.signed());
    if (fault !== undefined) return fault;
    const running = this.#checksums;
    running.verticesCrc32 = crc32(response.vertices, running.verticesCrc32);
    running.parentsCrc32 = crc32(response.parents, running.parentsCrc32);
    running.depthsCrc32 = crc32(response.depths, running.depthsCrc32);
    if (columns.length > 0) {
      this.#options.onBatch?.({ first, ...columns.unsigned(), names: response.names });
    }
    return undefined;
  }

  /** Whether it is a batch at all, and the one that comes next. */
  #shapeFault(response: TraverseResponse): string | undefined {
    const { first, vertices, parents, depths, names } = response;
    const position = this.itemCount;
    if (first !== position) {
      return `the batch begins after ${first} vertices of the order, expected ${position}`;
    }
    const byteCount = vertices.length;
    if (byteCount % 4 !== 0 || parents.length !== byteCount || depths.length !== byteCount) {
      const lengths = `${byteCount}, ${parents.length} and ${depths.length}`;
      return `the columns have ${lengths} bytes, expected three times the same multiple of 4`;
    }
    const count = byteCount / 4;
    const { batchMax = 0, withNames = false } = this.#options;
    if (batchMax > 0 && count > batchMax) {
      return `a batch of ${count} vertices, though at most ${batchMax} were asked for`;
    }
    const nameCount = names?.length ?? 0;
    if (nameCount !== (withNames ? count : 0)) {
      return `a batch of ${count} vertices with ${nameCount} names`;
    }
    const mayBeEmpty = response.fingerprint !== undefined || response.summary !== undefined;
    return count > 0 || mayBeEmpty ? undefined : "an empty batch that is neither first nor last";
  }

  /** Keeps the summary when nothing is wrong with it. */
  #summaryFault(summary: TraverseSummary): string | undefined {
    const { question, reference } = this.#options;
    const hasTarget = question.target !== undefined || question.targetName !== undefined;
    if (summary.found && !hasTarget) return "the summary says found=true, but nothing was sought";
    const counted = {
      visitedCount: this.itemCount,
      rootCount: this.#order.rootCount,
      depthMax: this.#order.depthMax,
      ...this.#checksums,
    };
    const fault =
      countFault(summary, counted) ??
      this.#order.endFault(summary.found) ??
      reference?.fault({ fingerprint: this.#fingerprint ?? "", totals: summary });
    if (fault === undefined) this.#summary = summary;
    return fault;
  }
}

function readResponse(message: Uint8Array): TraverseResponse | string {
  try {
    const { buffer, byteOffset, byteLength } = message;
    return traverse.responseDeserialize(Buffer.from(buffer, byteOffset, byteLength));
  } catch (error) {
    return `a message that is no TraverseResponse: ${messageOf(error)}`;
  }
}
