import type { CancelTimer } from "../base/clock.ts";
import type { Endpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import type { CallEnd } from "../rpc/channel.ts";
import { isAnswer } from "../rpc/status.ts";
import type { Need, Step } from "./policy.ts";
import type { ClientContext } from "./request.ts";
import { StreamAttempt, type StreamAttemptEvents } from "./stream-attempt.ts";
import type {
  StreamConsumer,
  StreamEvents,
  StreamFailure,
  StreamHandle,
  StreamRequest,
  StreamResult,
} from "./stream-request.ts";
import { StreamRound } from "./stream-round.ts";
import { StreamStanding } from "./stream-standing.ts";

/**
 * One stream from its first attempt to its one outcome. At most one attempt is open, and only its
 * messages are taken: one that is replaced is cancelled first, and the next asks for what has not
 * been taken by then, so that nothing is lost and nothing comes twice.
 */
export class StreamRun implements StreamHandle, StreamAttemptEvents {
  readonly #context: ClientContext;
  readonly #request: StreamRequest;
  readonly #consumer: StreamConsumer;
  readonly #events: StreamEvents;
  readonly #round: StreamRound;
  readonly #standing: StreamStanding;
  #attemptCount = 0;
  #current: StreamAttempt | undefined;
  #endpoint: Endpoint | undefined;
  /** Nothing has come yet, and nothing has held it up but the replica. */
  #isFresh = true;
  #isPaused = false;
  #isDone = false;
  #cancelDeadline: CancelTimer = () => undefined;
  #cancelEndWait: CancelTimer = () => undefined;
  #cancelWait: CancelTimer | undefined;

  constructor(
    context: ClientContext,
    request: StreamRequest,
    consumer: StreamConsumer,
    events: StreamEvents,
  ) {
    this.#context = context;
    this.#request = request;
    this.#consumer = consumer;
    this.#events = events;
    this.#round = new StreamRound(request.number);
    this.#standing = new StreamStanding(context.clock.nowUs());
  }

  start(): void {
    const { clock } = this.#context;
    const { deadlineUs } = this.#request;
    if (deadlineUs !== Number.POSITIVE_INFINITY) {
      const remainingMs = (deadlineUs - clock.nowUs()) / 1000;
      this.#cancelDeadline = clock.after(remainingMs, () => this.#onDeadline());
    }
    this.#advance("first");
  }

  pause(): void {
    if (this.#isDone || this.#isPaused) return;
    this.#isPaused = true;
    this.#isFresh = false;
    this.#current?.pause();
  }

  resume(): void {
    if (this.#isDone || !this.#isPaused) return;
    this.#isPaused = false;
    this.#standing.resume(this.#context.clock.nowUs());
    this.#current?.resume();
  }

  cancel(): void {
    this.#end("cancelled", { status: "CANCELLED", detail: "cancelled by its reader" });
  }

  onMessage(attempt: StreamAttempt, message: Uint8Array): void {
    if (attempt !== this.#current) return;
    const { itemCount } = this.#consumer;
    this.#learn(attempt);
    const complaint = this.#consumer.take(message);
    if (this.#isDone) return;
    if (complaint !== undefined) {
      this.#end("wrong", { status: "OK", detail: complaint });
      return;
    }
    // A greeting is a sign of life, but it brings the stream no further.
    const { isComplete } = this.#consumer;
    if (isComplete || this.#consumer.itemCount > itemCount) this.#proceed(attempt, itemCount);
    if (isComplete && !this.#isDone) this.#awaitEnd();
  }

  onEnd(attempt: StreamAttempt, end: CallEnd): void {
    if (attempt !== this.#current) return;
    this.#current = undefined;
    if (this.#consumer.isComplete) {
      this.#complete();
    } else if (end.status === "OK" || isAnswer(end.status)) {
      this.#endUnfinished(end);
      this.#context.replicas.observe(attempt.replica, "answered", "answer");
    } else {
      this.#onFailure(attempt, end);
    }
  }

  onSilence(attempt: StreamAttempt): void {
    const { policy, replicas } = this.#context;
    if (this.#consumer.isComplete) {
      this.#complete();
    } else if (policy.onSilence === "abandon") {
      attempt.abandon();
    } else {
      // Moves every request and stream that is open there, this one too, when that is news.
      replicas.observe(attempt.replica, "silent", "no message");
      if (replicas.state(attempt.replica) !== "healthy") this.#move(attempt);
    }
  }

  onSuspect(attempt: StreamAttempt): void {
    // What was noticed is the replica's silence. This stream's own may be short: its reader has
    // paused it, or went on with what had come ahead.
    const quietMs = this.#context.replicas.quietMs(attempt.replica);
    const silence = `no sign of life from the replica for ${Math.round(quietMs)} ms`;
    this.#move(attempt, Number.isFinite(quietMs) ? silence : attempt.silenceText);
  }

  /**
   * Something is wrong with the stream, though nothing with its replica. Each time in a row it is
   * waited for twice as long, lest a search that takes its time be begun again for ever.
   */
  onBarren(attempt: StreamAttempt): void {
    if (!this.#mayMove(attempt)) return;
    let step = this.#nextStep("silence");
    if (step.kind !== "attempt") {
      this.#round.startOver(attempt);
      step = this.#nextStep("silence");
    }
    if (step.kind !== "attempt") return;
    this.#standing.barrenCount++;
    this.#replace(attempt, step.replica);
  }

  onAdrift(attempt: StreamAttempt): void {
    if (this.#request.mayExecuteTwice) attempt.abandon();
  }

  /** Asks the policy what to do, and does it, while no attempt is open. */
  #advance(need: Need): Step {
    const step = this.#nextStep(need);
    if (step.kind === "attempt") this.#launch(step.replica);
    else if (step.kind === "wait") this.#waitFor(need);
    return step;
  }

  #nextStep(need: Need): Step {
    const { policy, replicas } = this.#context;
    return policy.next(this.#round.view(need), replicas.views("stream"));
  }

  #launch(replica: number): void {
    // A wait that is over must not make it forget this attempt.
    this.#stopWaiting();
    const attempt = new StreamAttempt(this.#context, {
      ...{ number: ++this.#attemptCount, replica, isPaused: this.#isPaused, events: this },
      barrenMs: limits.streamBarrenMs * 2 ** this.#standing.barrenCount,
    });
    this.#round.add(attempt);
    this.#current = attempt;
    this.#endpoint = attempt.endpoint;
    attempt.start(this.#request, this.#consumer.nextRequest());
  }

  #waitFor(need: Need): void {
    this.#cancelWait ??= this.#context.replicas.onceOneReturns(() => {
      this.#cancelWait = undefined;
      this.#round.endWait();
      // Its own replica may be about to return as well; after one more silence it is the odd one
      // out.
      if (this.#current !== undefined) this.#current.watchForSilence();
      else this.#advance(need === "silence" ? "failure" : need);
    });
  }

  #stopWaiting(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  #proceed(attempt: StreamAttempt, itemCountBefore: number): void {
    this.#stopWaiting();
    this.#round.startOver(attempt);
    const nowUs = this.#context.clock.nowUs();
    const gap = this.#standing.proceed(nowUs, attempt.endpoint, itemCountBefore);
    if (gap !== undefined) this.#events.onGap(gap);
  }

  /** An attempt whose replica is suspect makes way for one on a healthy replica, if one is. */
  #move(attempt: StreamAttempt, silence = attempt.silenceText): void {
    if (!this.#mayMove(attempt)) return;
    const step = this.#nextStep("silence");
    if (step.kind === "attempt") this.#replace(attempt, step.replica, silence);
    // With nobody healthy the whole service is slow: beginning anew would only lose what is open.
    else if (step.kind === "wait") this.#waitFor("silence");
  }

  #mayMove(attempt: StreamAttempt): boolean {
    return (
      attempt === this.#current &&
      !attempt.isAbandoned &&
      !this.#consumer.isComplete &&
      this.#request.mayExecuteTwice &&
      this.#context.policy.onSilence === "keep"
    );
  }

  #replace(attempt: StreamAttempt, replica: number, silence = attempt.silenceText): void {
    this.#fail(attempt, silent(silence));
    attempt.cancel();
    this.#launch(replica);
  }

  #fail({ endpoint }: StreamAttempt, failure: StreamFailure): StreamFailure {
    const told = this.#standing.fail(endpoint, failure);
    this.#events.onAttemptFailed(told);
    return told;
  }

  #onFailure(attempt: StreamAttempt, end: CallEnd): void {
    const { replicas } = this.#context;
    const failure = this.#fail(attempt, end);
    if (end.isFromPeer) replicas.refused(attempt.replica);
    if (typeof end.pushback === "number") replicas.spare(attempt.replica, end.pushback);
    if (attempt.isAbandoned && !attempt.isAdrift) {
      replicas.observe(attempt.replica, "silent", end.detail);
    }
    // What is neither silence nor a lost connection nor a plea for patience may be all that this
    // request, from here on, will ever get from anybody.
    const isRefusal = end.status !== "UNAVAILABLE" && end.pushback === undefined;
    if (isRefusal && !attempt.isAbandoned) this.#standing.refusedCount++;
    if (!this.#mayContinue(end) || this.#advance("failure").kind === "end") {
      this.#end("failed", failure);
    }
  }

  #mayContinue(end: CallEnd): boolean {
    return (
      end.pushback !== "never" &&
      (!end.mayHaveExecuted || this.#request.mayExecuteTwice) &&
      this.#standing.refusedCount < limits.streamRefusedMaxCount &&
      this.#context.clock.nowUs() < this.#request.deadlineUs
    );
  }

  /**
   * The first message of all takes what a short answer takes. Later ones, and the first of an
   * attempt that goes on in the middle, tell of the work and of the reader.
   */
  #learn(attempt: StreamAttempt): void {
    const isFirst = this.#isFresh && attempt.number === 1;
    this.#isFresh = false;
    if (!isFirst) return;
    const { policy, replicas } = this.#context;
    const isOddOneOut = replicas.state(attempt.replica) !== "healthy" && replicas.someHealthy;
    if (!isOddOneOut) policy.timing.learn(attempt.serviceUs);
  }

  /** Everything was taken: the end that must follow tells nothing new, and may be lost. */
  #awaitEnd(): void {
    const { clock, policy } = this.#context;
    const waitMs = Math.min(policy.timing.attemptTimeoutMs, limits.streamEndWaitMs);
    this.#cancelEndWait = clock.after(waitMs, () => this.#complete());
  }

  #complete(): void {
    this.#end("complete", { status: "OK", detail: "" });
  }

  #endUnfinished({ status, detail }: CallEnd): void {
    if (status !== "OK") this.#end("failed", { status, detail });
    else this.#end("wrong", { status, detail: "the stream ended before everything had come" });
  }

  #onDeadline(): void {
    if (this.#consumer.isComplete) this.#complete();
    const open = this.#current;
    if (open !== undefined) this.#fail(open, silent(open.silenceText));
    const { replicas } = this.#context;
    const detail = this.#standing.lastFailure?.detail ?? replicas.whyUnasked();
    this.#end("failed", { status: "DEADLINE_EXCEEDED", detail });
  }

  #end(outcome: StreamResult["outcome"], { status, detail }: StreamFailure): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#cancelDeadline();
    this.#cancelEndWait();
    this.#stopWaiting();
    this.#current?.cancel();
    this.#current = undefined;
    this.#events.onDone({
      ...{ outcome, status, detail },
      finishedUs: this.#context.clock.nowUs(),
      attemptCount: this.#attemptCount,
      itemCount: this.#consumer.itemCount,
      endpoint: this.#endpoint,
    });
  }
}

function silent(detail: string): StreamFailure {
  return { status: "DEADLINE_EXCEEDED", detail };
}
