import type { ServerWritableStream } from "@grpc/grpc-js";
import { limits } from "../base/limits.ts";
import type { Graph } from "../graph/graph.ts";
import type { TraverseRequest, TraverseResponse } from "../rpc/dfs-service.ts";
import type { StatusName } from "../rpc/status.ts";
import { batchMessages } from "./batch-messages.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { refusedCall } from "./refused-call.ts";
import type { RunningJob } from "./search-dispatcher.ts";
import type { Batch, SearchNews, WalkSummary } from "./search-messages.ts";
import { invalid, otherGraph, planOf } from "./search-question.ts";
import type { OpenCall, ServingParts } from "./serving-parts.ts";

type TraverseCall = ServerWritableStream<TraverseRequest, TraverseResponse>;

/** Answers Traverse. */
export class TraverseCalls {
  readonly #parts: ServingParts;

  constructor(parts: ServingParts) {
    this.#parts = parts;
  }

  handle(call: TraverseCall): void {
    const open = new OpenTraversal(call, this.#parts);
    const graph = this.#parts.catalog.graphOf(call.request.numVertices);
    if (graph instanceof Promise) void graph.then((made) => open.begin(made));
    else open.begin(graph);
  }
}

const nothing = new Uint8Array(0);

/** One call of Traverse, until all is sent or its client does not wait any more. */
class OpenTraversal implements OpenCall {
  readonly #call: TraverseCall;
  readonly #parts: ServingParts;
  readonly #startedUs: number;
  #job: RunningJob | undefined;
  #sentCount = 0;

  constructor(call: TraverseCall, parts: ServingParts) {
    this.#call = call;
    this.#parts = parts;
    this.#startedUs = parts.clock.nowUs();
    parts.openCalls.add(this);
    // Told at the end of every call, also of those ended from here.
    call.once("cancelled", () => this.giveUp());
  }

  giveUp(): void {
    if (this.#end("CANCELLED", false)) this.#job?.cancel();
  }

  begin(graph: Graph | Refusal): void {
    if (!this.#parts.openCalls.has(this)) return;
    if (isRefusal(graph)) {
      this.#refuse(graph);
      return;
    }
    const { request } = this.#call;
    const plan = planOf(graph, request);
    if (isRefusal(plan)) {
      this.#refuse(plan);
      return;
    }
    const refusal = refusalOf(graph, request);
    if (refusal !== undefined) {
      this.#refuse(refusal);
      return;
    }
    const { resumeAfter: skipCount = 0, withNames = false } = request;
    const batchMaxCount = batchCount(request, this.#parts.messageMaxBytes);
    const job = this.#parts.dispatcher.traverse(
      graph,
      { plan, skipCount, batchMaxCount },
      (news) => this.#take(news, withNames ? graph : undefined),
      (refusal) => this.#refuse(refusal),
    );
    if (isRefusal(job)) {
      this.#refuse(job);
      return;
    }
    this.#job = job;
    // At once, so that the client knows of which graph it is told and that it is being served.
    const { fingerprint } = graph;
    this.#call.write({ ...emptyMessage(skipCount), fingerprint });
  }

  /** `named`: the graph, when names are to be sent. */
  #take(news: SearchNews, named: Graph | undefined): void {
    if (!this.#parts.openCalls.has(this)) return;
    if (news.kind === "batch") this.#send(news, named);
    else if (news.kind === "ended") this.#finish(news.summary);
    else if (news.kind === "failed") this.#refuse({ status: news.status, message: news.failure });
  }

  /** The next batch is asked for when this one has been taken by the connection. */
  #send(batch: Batch, named: Graph | undefined): void {
    const namesMaxBytes = this.#parts.messageMaxBytes / 4;
    const messages = batchMessages(batch, named, namesMaxBytes);
    this.#sentCount += batch.count;
    const onTaken = () => this.#job?.credit(batch.buffer);
    for (const [at, message] of messages.entries()) {
      if (at < messages.length - 1) this.#call.write(message);
      else this.#call.write(message, onTaken);
    }
  }

  #finish(summary: WalkSummary): void {
    if (!this.#end("OK", summary.found)) return;
    this.#call.write({ ...emptyMessage(summary.visitedCount), summary });
    this.#call.end();
  }

  #refuse(refusal: Refusal): void {
    if (this.#end(refusal.status, false)) this.#call.emit("error", refusedCall(refusal));
  }

  /** Records it; false: it is over already. */
  #end(code: StatusName, found: boolean): boolean {
    if (!this.#parts.openCalls.delete(this)) return false;
    const execution = { code, found, visited: this.#sentCount };
    this.#parts.log.record(this.#call.metadata, this.#startedUs, execution);
    return true;
  }
}

function emptyMessage(first: number): TraverseResponse {
  return { first, vertices: nothing, parents: nothing, depths: nothing };
}

function refusalOf(graph: Graph, request: TraverseRequest): Refusal | undefined {
  const { resumeAfter = 0, batchMax = 0, expectFingerprint = "" } = request;
  if (batchMax < 0) {
    return invalid(
      `batch_max must be 0 (the replica's choice) or more: current value is ${batchMax}`,
    );
  }
  if (resumeAfter < 0) {
    return invalid(`resume_after must be 0 or more: current value is ${resumeAfter}`);
  }
  if (expectFingerprint !== "" && expectFingerprint !== graph.fingerprint) {
    return otherGraph(graph, `fingerprint ${expectFingerprint}`);
  }
  if (resumeAfter > graph.vertexCount) {
    return {
      status: "OUT_OF_RANGE",
      message:
        `resume_after must be at most ${graph.vertexCount}, the vertices of ${graph.spec}: ` +
        `current value is ${resumeAfter}`,
    };
  }
  return undefined;
}

/** What a message spends on a vertex: itself, its parent, its depth; a quarter is left to names. */
const vertexBytes = 16;

function batchCount(
  { batchMax = 0, withNames = false }: TraverseRequest,
  messageMaxBytes: number,
): number {
  const usual = withNames ? limits.batchWithNamesDefaultCount : limits.batchDefaultCount;
  const fitting = Math.floor(messageMaxBytes / vertexBytes);
  return Math.min(batchMax > 0 ? batchMax : usual, limits.batchMaxCount, fitting);
}
