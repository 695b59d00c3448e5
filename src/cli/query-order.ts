import type { CancelTimer, Clock } from "../base/clock.ts";
import { counted, vertexCountText } from "../base/counted.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import { type ExitStatus, exitStatus } from "../base/exit-status.ts";
import { printable } from "../base/printable.ts";
import type {
  StreamConsumer,
  StreamGap,
  StreamHandle,
  StreamResult,
} from "../failover/stream-request.ts";
import { traverse } from "../rpc/dfs-service.ts";
import { OrderReference } from "../workload/order-reference.ts";
import { TraverseConsumer } from "../workload/traverse-consumer.ts";
import { type OrderFormat, orderText } from "./order-rows.ts";
import { PacedOutput } from "./paced-output.ts";
import { type AskedOf, foundStatus, questionText } from "./query-answer.ts";
import type { QueryValues } from "./query-flags.ts";
import { type QuerySession, refusal } from "./query-session.ts";
import type { RunContext } from "./subcommand.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Streams the order of discovery to standard output, as fast as its reader takes it; a replica that
 * fails meanwhile is replaced by another, and no vertex is lost or told twice.
 */
export async function printOrder(
  session: QuerySession,
  asked: AskedOf,
  { json, tsv, deadline }: QueryValues,
  { terminal, clock }: RunContext,
): Promise<ExitStatus> {
  const format: OrderFormat = json ? "json" : tsv ? "tsv" : "lines";
  const startedUs = clock.nowUs();
  const silence = new Silence(clock, deadline, () => reading.handle?.cancel());
  const reading = new OrderReading(asked, format, terminal, silence);
  const counting = watched(reading.consumer, () => reading.isPaused, silence);
  const number = session.nextNumber();
  let gapCount = 0;
  let lastFailure: string | undefined;
  const result = await new Promise<StreamResult>((resolve) => {
    reading.handle = session.client.startStream(
      {
        id: `${session.run}-${number}`,
        number,
        path: traverse.path,
        deadlineUs: Number.POSITIVE_INFINITY,
        mayExecuteTwice: traverse.idempotency !== "unknown",
      },
      counting,
      {
        onAttemptFailed({ detail }) {
          lastFailure = detail;
        },
        onGap(gap) {
          lastFailure = undefined;
          gapCount++;
          terminal.notices.warn(gapText(gap));
        },
        onDone: resolve,
      },
    );
  });
  silence.end();
  await reading.output.emptied();
  // Whoever closed the pipe has what they wanted; a disk that is full, flush() tells.
  if (reading.isClosed) return exitStatus.verified;
  if (silence.isOver) throw silenceFailure(result, deadline, lastFailure);
  if (result.outcome !== "complete") throw failureOf(result);
  const seconds = ((clock.nowUs() - startedUs) / 1e6).toFixed(2);
  const gaps = gapCount === 0 ? "" : `, ${counted(gapCount, "gap")}`;
  const isFound = reading.consumer.summary?.found ?? false;
  terminal.notices.info(
    `${questionText(asked, isFound)}: ${vertexCountText(result.itemCount)} in ${seconds}s${gaps}`,
  );
  return foundStatus(asked.question, isFound);
}

/** The stream's consumer and the output it fills, each holding the other back. */
class OrderReading {
  readonly consumer: TraverseConsumer;
  readonly output: PacedOutput;
  handle: StreamHandle | undefined;
  isPaused = false;
  isClosed = false;

  constructor(
    { question, graph, byName }: AskedOf,
    format: OrderFormat,
    terminal: Terminal,
    silence: Silence,
  ) {
    this.output = new PacedOutput(terminal, {
      onFull: () => {
        this.isPaused = true;
        this.handle?.pause();
      },
      onRoom: () => {
        this.isPaused = false;
        silence.heard();
        this.handle?.resume();
      },
      onClosed: () => {
        this.isClosed = true;
        this.handle?.cancel();
      },
    });
    this.consumer = new TraverseConsumer({
      question,
      vertexCount: graph.vertices,
      reference: new OrderReference(undefined, graph.fingerprint),
      withNames: byName,
      onBatch: (batch) => this.output.write(orderText(batch, format)),
    });
  }
}

/** Gives up when nothing has come for too long; a reader's own pauses do not count. */
class Silence {
  isOver = false;
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onOver: () => void;
  #cancel: CancelTimer = () => undefined;
  #lastUs: number;

  constructor(clock: Clock, limitMs: number, onOver: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onOver = onOver;
    this.#lastUs = clock.nowUs();
  }

  heard(): void {
    this.#lastUs = this.#clock.nowUs();
  }

  watch(isPaused: () => boolean): void {
    const look = () => {
      if (isPaused()) this.heard();
      const leftMs = this.#limitMs - (this.#clock.nowUs() - this.#lastUs) / 1000;
      if (leftMs > 0) {
        this.#cancel = this.#clock.after(leftMs, look);
        return;
      }
      this.isOver = true;
      this.#onOver();
    };
    look();
  }

  end(): void {
    this.#cancel();
  }
}

/** `consumer`, with an ear on its silence. */
function watched(
  consumer: TraverseConsumer,
  isPaused: () => boolean,
  silence: Silence,
): StreamConsumer {
  silence.watch(isPaused);
  return {
    nextRequest: () => consumer.nextRequest(),
    take(message) {
      silence.heard();
      return consumer.take(message);
    },
    get isComplete() {
      return consumer.isComplete;
    },
    get itemCount() {
      return consumer.itemCount;
    },
  };
}

function gapText({ beganUs, endedUs, itemCount, from, to, status, detail }: StreamGap): string {
  const spanMs = ((endedUs - beganUs) / 1000).toFixed(0);
  const why = printable(detail === "" ? status : `${status}: ${detail}`);
  return (
    `stood still for ${spanMs}ms after ${vertexCountText(itemCount)}, as ${formatEndpoint(from)} failed ` +
    `(${why}); continued by ${formatEndpoint(to)}`
  );
}

/** `why`: how the last attempt ended. */
function silenceFailure({ itemCount }: StreamResult, limitMs: number, why?: string): DfsError {
  const reason = why === undefined ? "" : `: ${why}`;
  const what = `No vertex came for ${limitMs / 1000} s after ${vertexCountText(itemCount)}`;
  return new DfsError("cannot-run", `${what}${reason}`);
}

function failureOf({ outcome, status, detail, itemCount }: StreamResult): DfsError {
  const after = `after ${vertexCountText(itemCount)}`;
  if (outcome === "wrong") {
    return new DfsError("cannot-run", `The stream went wrong ${after}: ${detail}`);
  }
  return refusal(status, `${detail} (${after})`);
}
