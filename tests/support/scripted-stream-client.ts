import type { Clock } from "../../src/base/clock.ts";
import type { Endpoint } from "../../src/base/endpoint.ts";
import type {
  StreamClient,
  StreamConsumer,
  StreamEvents,
  StreamHandle,
  StreamRequest,
  StreamResult,
} from "../../src/failover/stream-request.ts";
import { traverse } from "../../src/rpc/dfs-service.ts";
import { responsesOf, type WholeOrder } from "./order-messages.ts";

/** How one stream goes. */
export interface StreamScript {
  /** Between messages of `batchSize` vertices. */
  readonly everyMs: number;
  /** After this many vertices it stands still for `gapMs`, then goes on elsewhere. */
  readonly gap?: { readonly after: number; readonly gapMs: number };
  /** After this many vertices it fails. */
  readonly failAfter?: number;
  /** After this many vertices nothing comes any more. */
  readonly silentAfter?: number;
  /** The order it brings, when that is not the one all others do. */
  readonly order?: WholeOrder;
}

const endpoints: readonly [Endpoint, Endpoint] = [
  { host: "localhost", port: 1 },
  { host: "localhost", port: 2 },
];

/** Streams of one order, message by message on a clock; `scriptOf` says how the Nth one goes. */
export class ScriptedStreamClient implements StreamClient {
  readonly requests: StreamRequest[] = [];
  readonly #order: WholeOrder;
  readonly #clock: Clock;
  readonly #batchSize: number;
  readonly #scriptOf: (number: number) => StreamScript;

  constructor(
    order: WholeOrder,
    clock: Clock,
    options: {
      readonly batchSize: number;
      readonly scriptOf: (number: number) => StreamScript;
    },
  ) {
    this.#order = order;
    this.#clock = clock;
    this.#batchSize = options.batchSize;
    this.#scriptOf = options.scriptOf;
  }

  startStream(
    request: StreamRequest,
    consumer: StreamConsumer,
    events: StreamEvents,
  ): StreamHandle {
    this.requests.push(request);
    const script = this.#scriptOf(request.number);
    const order = script.order ?? this.#order;
    const clock = this.#clock;
    let [place, isDone, isPaused, attemptCount] = [0, false, false, 1];
    let pending: (() => void) | undefined;
    const end = (outcome: StreamResult["outcome"], detail = "") => {
      if (isDone) return;
      isDone = true;
      events.onDone({
        ...{ finishedUs: clock.nowUs(), outcome, detail, attemptCount },
        ...{ status: outcome === "failed" ? "INTERNAL" : "OK", itemCount: consumer.itemCount },
        endpoint: endpoints[place],
      });
    };
    const later = (delayMs: number, action: () => void) => {
      clock.after(delayMs, () => {
        if (isPaused) pending = action;
        else action();
      });
    };
    const deliver = () => {
      if (isDone) return;
      const count = consumer.itemCount;
      if (script.failAfter !== undefined && count >= script.failAfter) return end("failed", "why");
      if (script.silentAfter !== undefined && count >= script.silentAfter) return;
      const { gap } = script;
      if (gap !== undefined && place === 0 && count >= gap.after) {
        const beganUs = clock.nowUs();
        events.onAttemptFailed({ status: "UNAVAILABLE", detail: "UNAVAILABLE from a: gone" });
        return later(gap.gapMs, () => {
          if (isDone) return;
          [place, attemptCount] = [1, 2];
          const [from, to] = endpoints;
          const facts = { from, to, status: "UNAVAILABLE", detail: "gone" } as const;
          events.onGap({ ...facts, beganUs, endedUs: clock.nowUs(), itemCount: count });
          deliver();
        });
      }
      const { resumeAfter = 0 } = traverse.requestDeserialize(Buffer.from(consumer.nextRequest()));
      const [response] = responsesOf(order, this.#batchSize, resumeAfter);
      if (response === undefined) throw new Error("an order has a next message");
      const isLast = resumeAfter + this.#batchSize >= order.vertices.length;
      const { summary, ...batch } = response;
      const message = isLast && summary !== undefined ? { ...batch, summary } : batch;
      const fault = consumer.take(traverse.responseSerialize(message));
      if (fault !== undefined) end("wrong", fault);
      else if (consumer.isComplete) end("complete");
      else later(script.everyMs, deliver);
    };
    later(script.everyMs, deliver);
    return {
      pause() {
        isPaused = true;
      },
      resume() {
        isPaused = false;
        const action = pending;
        pending = undefined;
        action?.();
      },
      cancel: () => end("cancelled"),
    };
  }
}
