import type { Clock } from "../base/clock.ts";
import { formatDuration } from "../base/duration.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import { DfsError, messageOf } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { freshId } from "../base/random.ts";
import { FailoverClient } from "../failover/failover-client.ts";
import { NameWatch } from "../failover/name-watch.ts";
import { createPolicy } from "../failover/policy.ts";
import { ReplicaSet } from "../failover/replica-set.ts";
import type { CallResult } from "../failover/request.ts";
import type { ResolvedTargets } from "../failover/resolve-targets.ts";
import type { Channel } from "../rpc/channel.ts";
import type { DescribeGraphResponse } from "../rpc/dfs-service.ts";
import { describeGraph, lookUpNames } from "../rpc/dfs-service.ts";
import { resolveName } from "../rpc/resolve-name.ts";
import type { RpcMethod } from "../rpc/rpc-method.ts";
import type { Terminal } from "./terminal.ts";

/** An answer, and who gave it. */
export interface Answered<Response> {
  readonly response: Response;
  readonly endpoint: Endpoint | undefined;
  readonly elapsedMs: number;
}

export interface QuerySessionOptions {
  readonly targets: ResolvedTargets;
  /** Of all that is asked, together. */
  readonly deadlineMs: number;
  readonly openChannel: (endpoint: Endpoint) => Channel;
}

/** Asks replicas through the failover client, and tells on stderr what became of them meanwhile. */
export class QuerySession implements Disposable {
  readonly client: FailoverClient;
  readonly run = freshId();
  readonly #replicas: ReplicaSet;
  readonly #names: NameWatch;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #deadlineUs: number;
  #requestCount = 0;

  constructor(
    { targets, deadlineMs, openChannel }: QuerySessionOptions,
    { terminal, clock }: { readonly terminal: Terminal; readonly clock: Clock },
  ) {
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.#deadlineUs = clock.nowUs() + deadlineMs * 1000;
    const replicas = new ReplicaSet({
      endpoints: targets.endpoints,
      openChannel,
      clock,
      onChange(change) {
        names.changed(change);
        const { endpoint, state, cause, standing } = change;
        if (standing !== undefined) return;
        if (state !== "down" && state !== "suspect") return;
        terminal.notices.warn(`replica ${formatEndpoint(endpoint)} ${state} (${printable(cause)})`);
      },
    });
    const names = new NameWatch({
      ...{ targets, replicas, clock, resolve: resolveName },
      onNotice: (text) => terminal.notices.warn(printable(text)),
    });
    this.#replicas = replicas;
    this.#names = names;
    const policy = createPolicy("adaptive");
    this.client = new FailoverClient({ replicas, policy, clock });
  }

  nextNumber(): number {
    this.#requestCount++;
    return this.#requestCount;
  }

  /**
   * Undefined: the method is not known there, as to replicas of the original system. Throws a usage
   * error when what was asked is refused as invalid, and `cannot-run` when nobody answers well.
   */
  async ask<Request, Response>(
    method: RpcMethod<Request, Response>,
    request: Request,
  ): Promise<Answered<Response> | undefined> {
    const number = this.nextNumber();
    const startedUs = this.#clock.nowUs();
    const result = await new Promise<CallResult>((resolve) => {
      this.client.start(
        {
          id: `${this.run}-${number}`,
          number,
          path: method.path,
          bytes: method.requestSerialize(request),
          deadlineUs: this.#deadlineUs,
          mayExecuteTwice: method.idempotency !== "unknown",
        },
        resolve,
      );
    });
    const { answer, endpoint, detail } = result;
    if (answer === undefined) {
      const limit = formatDuration(this.#deadlineMs);
      throw new DfsError("cannot-run", `No replica answered within ${limit}: ${detail}`);
    }
    if (answer.status === "UNIMPLEMENTED") return undefined;
    if (answer.status !== "OK") throw refusal(answer.status, answer.detail);
    return {
      response: read(method, answer.response, endpoint),
      endpoint,
      elapsedMs: (result.finishedUs - startedUs) / 1000,
    };
  }

  /** Undefined from replicas of the original system, which cannot be asked. */
  async graph(numVertices: number): Promise<DescribeGraphResponse | undefined> {
    return (await this.ask(describeGraph, { numVertices }))?.response;
  }

  /** What the vertex is called that a search begins at by default. */
  async first({ vertices }: DescribeGraphResponse, byName: boolean): Promise<string | number> {
    if (!byName || vertices === 0) return 0;
    const answered = await this.ask(lookUpNames, { names: [], vertices: [0] });
    return answered?.response.names[0] ?? 0;
  }

  [Symbol.dispose](): void {
    this.#names.close();
    this.#replicas.close();
  }
}

function read<Request, Response>(
  { path, responseDeserialize }: RpcMethod<Request, Response>,
  bytes: Uint8Array,
  endpoint: Endpoint | undefined,
): Response {
  try {
    return responseDeserialize(Buffer.from(bytes));
  } catch (error) {
    const whose = endpoint === undefined ? "" : ` of ${formatEndpoint(endpoint)}`;
    const reason = messageOf(error);
    throw new DfsError("cannot-run", `The answer${whose} to ${path} cannot be read: ${reason}`);
  }
}

/** INVALID_ARGUMENT says that what was typed is wrong, with the field, the rule and the value. */
export function refusal(status: string, detail: string): DfsError {
  return status === "INVALID_ARGUMENT"
    ? new DfsError("usage", `The replica refuses: ${detail}`)
    : new DfsError("cannot-run", `The replica answers ${status}: ${detail}`);
}
