import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import { messageOf } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Graph } from "../graph/graph.ts";
import { wholeGraph } from "../graph/search-plan.ts";
import { dfsService, type RunRequest, type RunResponse } from "../rpc/dfs-service.ts";
import type { ExecutionLog } from "./execution-log.ts";
import { isSmall } from "./graph-size.ts";
import { namesOf } from "./names-of.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { refusedCall } from "./refused-call.ts";
import type { RunningJob, SearchDispatcher } from "./search-dispatcher.ts";
import { SearchMemory } from "./search-memory.ts";
import type { SearchNews, SearchOutcome } from "./search-messages.ts";
import { planOf } from "./search-question.ts";
import { searchNow } from "./search-task.ts";
import type { OpenCall, ServingParts } from "./serving-parts.ts";
import { ShortTurns } from "./short-turns.ts";

type RunCall = ServerUnaryCall<RunRequest, RunResponse>;
type Answer = sendUnaryData<RunResponse>;

/** Answers RunDFS. */
export class RunCalls {
  readonly #parts: ServingParts;
  readonly #memory = new SearchMemory();
  readonly #turns: ShortTurns;

  constructor(parts: ServingParts) {
    this.#parts = parts;
    this.#turns = new ShortTurns(parts.clock);
    const { defaultGraph } = parts.catalog;
    // The first request should not pay for code and memory never touched before.
    if (isSmall(defaultGraph)) {
      searchNow(defaultGraph, { plan: wholeGraph, withPath: false }, this.#memory, parts.clock);
    }
  }

  handle(call: RunCall, callback: Answer): void {
    const open = new OpenRun(call, callback, this.#parts);
    const graph = this.#parts.catalog.graphOf(call.request.numVertices);
    if (graph instanceof Promise) void graph.then((made) => this.#search(open, made));
    else this.#search(open, graph);
  }

  #search(open: OpenRun, graph: Graph | Refusal): void {
    if (isRefusal(graph)) {
      open.refuse(graph);
      return;
    }
    const { request } = open;
    const plan = planOf(graph, request);
    if (isRefusal(plan)) {
      open.refuse(plan);
      return;
    }
    const asked = { plan, withPath: request.withPath ?? false };
    if (!isSmall(graph)) {
      open.searchElsewhere(graph, asked);
      return;
    }
    this.#turns.run(() => {
      if (!this.#parts.openCalls.has(open)) return;
      try {
        open.answer(graph, searchNow(graph, asked, this.#memory, this.#parts.clock));
      } catch (error) {
        open.refuse({ status: "INTERNAL", message: `Cannot search: ${messageOf(error)}` });
      }
    }, open.peer);
  }
}

/** One call of RunDFS, until it is answered or its client does not wait any more. */
class OpenRun implements OpenCall {
  readonly #call: RunCall;
  readonly #callback: Answer;
  readonly #parts: ServingParts;
  readonly #startedUs: number;
  #job: RunningJob | undefined;

  constructor(call: RunCall, callback: Answer, parts: ServingParts) {
    this.#call = call;
    this.#callback = callback;
    this.#parts = parts;
    this.#startedUs = parts.clock.nowUs();
    parts.openCalls.add(this);
    // Told at the end of every call, also of those ended from here.
    call.once("cancelled", () => this.giveUp());
  }

  get request(): RunRequest {
    return this.#call.request;
  }

  /** The client's end of its connection. */
  get peer(): string {
    return this.#call.getPeer();
  }

  refuse(refusal: Refusal): void {
    if (!this.#end({ code: refusal.status, found: false, visited: 0 })) return;
    this.#callback(refusedCall(refusal));
  }

  answer(graph: Graph, { found, visitedCount, runtimeMs, path }: SearchOutcome): void {
    if (!this.#parts.openCalls.has(this)) return;
    const { fingerprint } = graph;
    const response = { found, visitedCount, runtimeMs, fingerprint };
    const whole = path === undefined ? response : { ...response, ...this.#pathFields(graph, path) };
    const refusal = path === undefined ? undefined : this.#tooLarge(whole);
    const code = refusal?.status ?? "OK";
    if (!this.#end({ code, found, visited: visitedCount })) return;
    if (refusal === undefined) this.#callback(null, whole);
    else this.#callback(refusedCall(refusal));
  }

  /** grpc-js would refuse to send it, after it has been recorded as sent. */
  #tooLarge(response: RunResponse): Refusal | undefined {
    const { messageMaxBytes } = this.#parts;
    const { length } = dfsService.RunDFS.responseSerialize(response);
    if (length <= messageMaxBytes) return undefined;
    const message = `Sent message larger than max (${length} vs. ${messageMaxBytes})`;
    return { status: "RESOURCE_EXHAUSTED", message };
  }

  /** A search that other calls need not wait for; it stops when this call's client gives up. */
  searchElsewhere(graph: Graph, asked: Parameters<SearchDispatcher["search"]>[1]): void {
    const onNews = (news: SearchNews) => {
      if (news.kind === "found") this.answer(graph, news.result);
      else if (news.kind === "failed") {
        this.refuse({ status: news.status, message: news.failure });
      }
    };
    if (!this.#parts.openCalls.has(this)) return;
    const job = this.#parts.dispatcher.search(graph, asked, onNews);
    if (isRefusal(job)) {
      this.refuse(job);
      return;
    }
    this.#job = job;
  }

  giveUp(): void {
    const isOverdue = this.#parts.requestTime.hasEnded(this.#call.metadata);
    const code = isOverdue ? "DEADLINE_EXCEEDED" : "CANCELLED";
    if (this.#end({ code, found: false, visited: 0 })) this.#job?.cancel();
  }

  /** Records it; false: it is over already. */
  #end(execution: Parameters<ExecutionLog["record"]>[2]): boolean {
    if (!this.#parts.openCalls.delete(this)) return false;
    this.#parts.log.record(this.#call.metadata, this.#startedUs, execution);
    return true;
  }

  #pathFields(graph: Graph, path: Uint32Array): Partial<RunResponse> {
    const pathLength = path.length;
    if (pathLength > limits.pathMaxCount) return { pathLength };
    const names = this.request.withNames ? namesOf(graph, path) : undefined;
    const pathNames = names?.length === pathLength ? { pathNames: names } : {};
    return { path: [...path], pathLength, ...pathNames };
  }
}
