import type {
  StreamClient,
  StreamConsumer,
  StreamHandle,
} from "../../src/failover/stream-request.ts";
import type { SimulatedClock } from "./simulated-clock.ts";
import { decodeMessage, encodeQuestion, greetingIndex } from "./simulated-stream.ts";
import { type StreamHistory, streamId } from "./stream-history.ts";

export interface StreamRunner {
  readonly client: StreamClient;
  readonly clock: SimulatedClock;
  readonly violations: string[];
  readonly tell: (text: string) => void;
}

/** Starts a stream whose reader does as scheduled; returns its handle. */
export function startStream(runner: StreamRunner, stream: StreamHistory): StreamHandle {
  const { client, clock, tell } = runner;
  const { number, deadlineUs, schedule } = stream;
  tell(`stream ${number} starts: ${JSON.stringify(schedule)}`);
  proceed(stream, clock.nowUs());
  const reader = new Reader(runner, stream);
  const handle = client.startStream(
    {
      ...{ id: streamId(number), number, path: "/dfs.DFSService/Traverse" },
      ...{ deadlineUs, mayExecuteTwice: schedule.isIdempotent },
    },
    reader,
    {
      onAttemptFailed: () => undefined,
      onGap: (gap) => {
        stream.gaps.push(gap);
        const ms = ((gap.endedUs - gap.beganUs) / 1000).toFixed(3);
        tell(`stream ${number} has gone on after ${gap.itemCount}, a gap of ${ms} ms`);
      },
      onDone: (result) => {
        stream.doneCount++;
        stream.doneUs = clock.nowUs();
        stream.result = result;
        stand(stream, stream.doneUs);
        tell(`stream ${number} is done: ${result.outcome} ${result.status} ${result.detail}`);
      },
    },
  );
  reader.handle = handle;
  reader.act();
  return handle;
}

/** From now on it stands still for no reason of its reader's. */
function proceed(stream: StreamHistory, nowUs: number): void {
  stand(stream, nowUs);
  if (!stream.isPaused) stream.progress.push({ fromUs: nowUs, toUs: Number.POSITIVE_INFINITY });
}

function stand(stream: StreamHistory, nowUs: number): void {
  const last = stream.progress.at(-1);
  if (last !== undefined) last.toUs = Math.min(last.toUs, nowUs);
}

class Reader implements StreamConsumer {
  handle: StreamHandle | undefined;
  readonly #runner: StreamRunner;
  readonly #stream: StreamHistory;
  readonly #pauses: { readonly after: number; readonly forMs: number }[];

  constructor(runner: StreamRunner, stream: StreamHistory) {
    this.#runner = runner;
    this.#stream = stream;
    this.#pauses = [...stream.schedule.pauses];
  }

  get itemCount(): number {
    return this.#stream.takenCount;
  }

  get isComplete(): boolean {
    return this.#stream.takenCount === this.#stream.schedule.total;
  }

  nextRequest(): Uint8Array {
    const { number, schedule, takenCount } = this.#stream;
    return encodeQuestion({ stream: number, total: schedule.total, after: takenCount });
  }

  take(message: Uint8Array): string | undefined {
    const stream = this.#stream;
    const { violations, clock } = this.#runner;
    const name = `stream ${stream.number}`;
    if (stream.isPaused) violations.push(`${name} took a message while it was paused`);
    if (stream.doneCount > 0) violations.push(`${name} took a message after its end`);
    const { stream: number, index } = decodeMessage(message);
    if (index === greetingIndex) return undefined;
    if (number !== stream.number || index !== stream.takenCount) {
      return `message ${index} of stream ${number} after ${stream.takenCount}`;
    }
    stream.takenCount++;
    // Whoever brought it has been tried, should it fail now.
    const replica = stream.attempts.at(-1)?.replica ?? -1;
    stream.tried = [{ replica, tUs: clock.nowUs() }];
    stream.hasWaited = false;
    proceed(stream, clock.nowUs());
    this.act();
    return undefined;
  }

  /** Pauses or cancels, if the schedule says so after what has been taken. */
  act(): void {
    const { cancelAfter } = this.#stream.schedule;
    if (cancelAfter === this.#stream.takenCount) this.#cancel();
    else this.#pause();
  }

  #cancel(): void {
    this.#stream.isCancelled = true;
    this.handle?.cancel();
  }

  #pause(): void {
    const stream = this.#stream;
    const { clock, tell } = this.#runner;
    const index = this.#pauses.findIndex(({ after }) => after === stream.takenCount);
    const [pause] = index < 0 ? [] : this.#pauses.splice(index, 1);
    if (pause === undefined || stream.isPaused) return;
    stream.isPaused = true;
    stand(stream, clock.nowUs());
    this.handle?.pause();
    tell(`stream ${stream.number} is paused after ${stream.takenCount}`);
    clock.set(pause.forMs, () => {
      stream.isPaused = false;
      if (stream.doneCount > 0) return;
      proceed(stream, clock.nowUs());
      tell(`stream ${stream.number} is resumed`);
      this.handle?.resume();
    });
  }
}
