import type { Clock } from "../base/clock.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import type { ReplicaChange } from "../failover/replica-set.ts";
import type { Channel } from "../rpc/channel.ts";
import { describeEndpoint, type GraphReply } from "../rpc/describe-endpoint.ts";
import { type DecidedQuestion, graphInWords } from "../workload/dfs-question.ts";

export interface GraphWatchOptions {
  readonly question: DecidedQuestion;
  /** What the replicas were asked before the load; undefined: their own graph. */
  readonly numVertices: number | undefined;
  /** Those that nobody has asked yet, since they were down. */
  readonly absent: readonly Endpoint[];
  readonly channelOf: (endpoint: Endpoint) => Channel;
  readonly clock: Clock;
  /** A replica that is back, or new, serves another graph; the text says so. */
  readonly onOtherGraph: (text: string) => void;
}

/** How long a replica that is back may take to say what it serves. */
const answerWithinMs = 5000;

/**
 * Asks each replica that is back what it serves, as it may have come back with another graph, and
 * each that is new, before it may serve.
 */
export class GraphWatch {
  readonly #options: GraphWatchOptions;
  readonly #gone: Set<string>;
  /** Newcomers of which it was said already that they serve another graph. */
  readonly #refused = new Set<string>();

  constructor(options: GraphWatchOptions) {
    this.#options = options;
    this.#gone = new Set(options.absent.map(formatEndpoint));
  }

  changed({ endpoint, state }: ReplicaChange): void {
    const name = formatEndpoint(endpoint);
    if (state === "down") this.#gone.add(name);
    if (state === "healthy" && this.#gone.delete(name)) void this.#ask(endpoint);
  }

  /** Whether a newcomer serves the graph of the run; one that does not say, as of old, may. */
  async admits(endpoint: Endpoint): Promise<boolean> {
    const name = formatEndpoint(endpoint);
    const graph = await this.#graphOf(endpoint);
    const other = otherThan(this.#options.question, graph);
    if (other === undefined) return graph.kind !== "silent";
    if (!this.#refused.has(name)) {
      this.#refused.add(name);
      this.#tell(`replica ${name} has come and gets no requests, with another graph than`, other);
    }
    return false;
  }

  async #ask(endpoint: Endpoint): Promise<void> {
    const graph = await this.#graphOf(endpoint);
    const other = otherThan(this.#options.question, graph);
    if (other === undefined) return;
    this.#tell(`replica ${formatEndpoint(endpoint)} is back with another graph than`, other);
  }

  async #graphOf(endpoint: Endpoint): Promise<GraphReply> {
    const { channelOf, numVertices = 0, clock } = this.#options;
    const asked = { timeoutMs: answerWithinMs, numVertices, clock };
    return (await describeEndpoint(channelOf(endpoint), asked)).graph;
  }

  #tell(what: string, other: string): void {
    const { spec, fingerprint } = this.#options.question;
    this.#options.onOtherGraph(
      `${what} this run's (${spec}, fingerprint ${fingerprint}): ${other}`,
    );
  }
}

/** Undefined: it serves the same, or does not say. */
function otherThan({ fingerprint }: DecidedQuestion, reply: GraphReply): string | undefined {
  if (reply.kind === "refused") return `${reply.status}: ${reply.detail}`;
  if (reply.kind !== "described" || reply.graph.fingerprint === fingerprint) return undefined;
  return `it serves ${graphInWords(reply.graph)}`;
}
