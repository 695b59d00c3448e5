import type { CancelTimer } from "../base/clock.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import { isAnswer } from "../rpc/status.ts";
import { Attempt } from "./attempt.ts";
import type { AttemptResult } from "./exchange-call.ts";
import { afterFairly } from "./fair-timer.ts";
import type { Need, RequestView, Step } from "./policy.ts";
import type {
  AttemptFailure,
  CallResult,
  ClientContext,
  FailoverRequest,
  TakenAnswer,
} from "./request.ts";

/** One request from its first attempt to its one outcome. */
export class RequestRun {
  readonly #context: ClientContext;
  readonly #request: FailoverRequest;
  readonly #onDone: (result: CallResult) => void;
  readonly #attempts: Attempt[] = [];
  #attemptCountBeforeWait = 0;
  #lastChanceUs = 0;
  #hasHadLastChance = false;
  #isDone = false;
  #mayHaveExecuted = false;
  #isRefused = false;
  /** Attempts at which a server itself failed. */
  #faultCount = 0;
  /** Of the last attempt that failed. */
  #detail: string | undefined;
  #cancelDeadline: CancelTimer = () => undefined;
  #cancelWait: CancelTimer | undefined;
  #cancelHedge: CancelTimer = () => undefined;

  constructor(
    context: ClientContext,
    request: FailoverRequest,
    onDone: (result: CallResult) => void,
  ) {
    this.#context = context;
    this.#request = request;
    this.#onDone = onDone;
  }

  start(): void {
    const { clock } = this.#context;
    const nowUs = clock.nowUs();
    const remainingMs = (this.#request.deadlineUs - nowUs) / 1000;
    this.#lastChanceUs = nowUs + remainingMs * 1000 * limits.lastChanceShare;
    this.#cancelDeadline = clock.after(remainingMs, () => this.#onDeadline());
    this.#advance("first");
    this.#scheduleHedge();
  }

  /** Asks the policy what to do, and does it. */
  #advance(need: Need): Step {
    const { policy, replicas } = this.#context;
    const step = policy.next(this.#view(need), replicas.views("request"));
    if (step.kind === "attempt") this.#launch(step.replica);
    else if (step.kind === "wait") this.#waitFor(need);
    return step;
  }

  #view(need: Need): RequestView {
    return {
      number: this.#request.number,
      attempts: this.#attempts,
      attemptCountBeforeWait: this.#attemptCountBeforeWait,
      need,
    };
  }

  #waitFor(need: Need): void {
    this.#cancelWait ??= this.#context.replicas.onceOneReturns(() => {
      this.#cancelWait = undefined;
      this.#onReturn(need);
    });
  }

  #onReturn(need: Need): void {
    this.#attemptCountBeforeWait = this.#attempts.length;
    if (need !== "silence") {
      this.#advance(need);
      return;
    }
    // Its own replica may be about to return as well; after one more silence it is the odd one out.
    const open = this.#attempts.find((attempt) => attempt.isOpen && !attempt.isMoved);
    if (open === undefined) this.#advance("failure");
    else open.watchForSilence();
  }

  #launch(replica: number): void {
    // A wait that is over must not make it forget this attempt.
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    const attempt: Attempt = new Attempt(this.#context, this.#request, {
      number: this.#attempts.length + 1,
      replica,
      onResult: (result) => this.#onResult(attempt, result),
      onSilence: () => this.#onSilence(attempt),
      onSuspect: () => this.#move(attempt),
      onBarren: () => this.#onBarren(attempt),
    });
    this.#attempts.push(attempt);
    attempt.start();
  }

  /**
   * A hedge goes to another replica while the only open attempt is slow and the budget allows. But
   * a bound on extra load must not become a lost request: when half of its time is over, one more
   * attempt leaves, whatever is open and whatever the budget says.
   */
  #scheduleHedge(latestMs = Number.POSITIVE_INFINITY): void {
    const { clock, policy } = this.#context;
    const { hedgeDelayMs } = policy.timing;
    const mayHedge = this.#request.mayExecuteTwice && "bytes" in this.#request;
    if (!mayHedge || hedgeDelayMs === Number.POSITIVE_INFINITY) return;
    this.#cancelHedge = afterFairly(clock, Math.min(hedgeDelayMs, latestMs), () => {
      if (this.#isDone) return;
      this.#hedge();
      const lastChanceMs = (this.#lastChanceUs - clock.nowUs()) / 1000;
      this.#scheduleHedge(lastChanceMs > 0 ? lastChanceMs : undefined);
    });
  }

  #hedge(): void {
    const { clock, policy, replicas, budget } = this.#context;
    const isLastChance = !this.#hasHadLastChance && clock.nowUs() >= this.#lastChanceUs;
    const openCount = this.#attempts.filter((attempt) => attempt.isOpen).length;
    if (openCount === 0 || (openCount > 1 && !isLastChance)) return;
    const step = policy.next(this.#view("slowness"), replicas.views("request"));
    if (step.kind !== "attempt" || !(budget.trySpend() || isLastChance)) return;
    this.#hasHadLastChance ||= isLastChance;
    this.#launch(step.replica);
  }

  #onSilence(attempt: Attempt): void {
    const { policy, replicas } = this.#context;
    if (policy.onSilence === "abandon") {
      attempt.abandon();
      return;
    }
    // Moves every request that is open there, this one too, when that is news.
    replicas.observe(attempt.replica, "silent", "no answer");
    if (!attempt.isMoved && replicas.state(attempt.replica) !== "healthy") this.#move(attempt);
  }

  /** Replaces an attempt whose replica is suspect by one on a healthy replica; it stays open. */
  #move(attempt: Attempt): void {
    if (this.#isDone || attempt.isMoved || !this.#request.mayExecuteTwice) return;
    if (this.#context.policy.onSilence === "abandon") return;
    if (this.#isServed()) {
      this.#giveUp(attempt);
      return;
    }
    // With nobody healthy the whole service is slow: one more attempt anywhere would not help.
    const step = this.#advance("silence");
    if (step.kind === "attempt") this.#giveUp(attempt);
  }

  /**
   * An exchange stands still on a replica that lives: one more attempt begins it anew elsewhere,
   * if there is a healthy replica. The first may still come to its end before that.
   */
  #onBarren(attempt: Attempt): void {
    if (this.#isDone || attempt.isMoved || !this.#request.mayExecuteTwice) return;
    const { policy, replicas } = this.#context;
    const step = policy.next(this.#view("silence"), replicas.views("request"));
    if (step.kind !== "attempt") return;
    this.#giveUp(attempt);
    this.#launch(step.replica);
  }

  #giveUp(attempt: Attempt): void {
    attempt.isMoved = true;
    this.#report(
      attempt,
      { status: "DEADLINE_EXCEEDED", detail: attempt.silenceText },
      "abandoned",
    );
  }

  #onResult(attempt: Attempt, result: AttemptResult): void {
    const { replicas } = this.#context;
    const isAnswered = this.#isAnswer(result);
    if (isAnswered) {
      this.#learn(attempt, result.taken);
      if (this.#isDone) this.#report(attempt, result, "late");
      else this.#finish(attempt, result);
      // Last, since it may release requests that wait, of which this one is none any more.
      replicas.observe(attempt.replica, "answered", "answer");
      return;
    }
    if (this.#isDone) return;
    this.#hasHadLastChance = false;
    this.#mayHaveExecuted ||= result.mayHaveExecuted;
    this.#isRefused = this.#saysNotExecuted(result);
    this.#detail = `${result.status} from ${formatEndpoint(attempt.endpoint)}: ${result.detail}`;
    if (result.isFromPeer) replicas.refused(attempt.replica);
    if (typeof result.pushback === "number") replicas.spare(attempt.replica, result.pushback);
    if (attempt.isAbandoned && !attempt.isAdrift) {
      replicas.observe(attempt.replica, "silent", result.detail);
    }
    const goesOn = this.#goOnAfter(result);
    if (!attempt.isMoved) {
      this.#report(attempt, result, attempt.isAbandoned ? "abandoned" : "failed", goesOn);
    }
    if (!goesOn) this.#finishUnanswered();
  }

  /**
   * A server's own UNAVAILABLE may follow a write that it has passed on and heard no more of; only
   * where a second execution does no harm is that no matter.
   */
  #saysNotExecuted({ status, isFromPeer }: AttemptResult): boolean {
    const { mayExecuteTwice } = this.#request;
    return isFromPeer === true && (mayExecuteTwice || status === "RESOURCE_EXHAUSTED");
  }

  #isAnswer({ status, isFromPeer }: AttemptResult): boolean {
    if (status === "OK" || isAnswer(status)) return true;
    return isFromPeer === true && this.#request.alsoAnswers?.has(status) === true;
  }

  /** Whether the request has, or gets, another chance after a failed attempt. */
  #goOnAfter(result: AttemptResult): boolean {
    if (this.#isServed()) return true;
    const { clock } = this.#context;
    const mayRetry =
      !this.#isAtFault(result) &&
      result.pushback !== "never" &&
      (!result.mayHaveExecuted || this.#request.mayExecuteTwice) &&
      clock.nowUs() < this.#request.deadlineUs;
    if (mayRetry && this.#advance("failure").kind !== "end") return true;
    return this.#attempts.some((other) => other.isOpen);
  }

  /**
   * Servers fail by themselves, as by an exception in the method: once every replica might have, it
   * is the request that they fail at, and asking again until its deadline would only load them.
   */
  #isAtFault({ status, isFromPeer }: AttemptResult): boolean {
    if (isFromPeer !== true || (status !== "UNKNOWN" && status !== "INTERNAL")) return false;
    return ++this.#faultCount >= this.#context.replicas.views("request").length;
  }

  /**
   * What is open on a silent replica may still be answered, but is nothing to rely on; nor, once
   * given up, on one that has spoken since, as a slow one does between its silences.
   */
  #isServed(): boolean {
    const { replicas } = this.#context;
    return this.#attempts.some(
      (other) => other.isOpen && !other.isMoved && replicas.state(other.replica) === "healthy",
    );
  }

  /**
   * What a replica singled out by its silence takes is no measure of a healthy answer; nor what a
   * stream takes after its first message.
   */
  #learn(attempt: Attempt, taken: TakenAnswer | undefined): void {
    const { policy, replicas } = this.#context;
    const isOddOneOut = replicas.state(attempt.replica) !== "healthy" && replicas.someHealthy;
    if (!isOddOneOut) policy.timing.learn(taken?.firstUs ?? attempt.serviceUs);
  }

  #onDeadline(): void {
    if (this.#isDone) return;
    for (const attempt of this.#attempts) {
      if (!attempt.isOpen) continue;
      this.#mayHaveExecuted = true;
      this.#isRefused = false;
      this.#detail = `DEADLINE_EXCEEDED from ${formatEndpoint(attempt.endpoint)}: ${attempt.silenceText}`;
      if (!attempt.isMoved) {
        this.#report(
          attempt,
          { status: "DEADLINE_EXCEEDED", detail: attempt.silenceText },
          "abandoned",
          false,
        );
      }
    }
    this.#finishUnanswered();
  }

  #finish(attempt: Attempt, result: AttemptResult): void {
    const { status, detail, response = new Uint8Array(), taken } = result;
    const { endpoint, finishedUs, serviceUs } = attempt;
    this.#end(
      {
        ...{ finishedUs, endpoint, detail },
        attemptCount: this.#attempts.length,
        answer: { status, response, detail, serviceUs, ...(taken && { taken }) },
        mayHaveExecuted: true,
        isRefused: false,
      },
      attempt,
    );
  }

  #finishUnanswered(): void {
    this.#end({
      finishedUs: this.#context.clock.nowUs(),
      attemptCount: this.#attempts.length,
      endpoint: this.#attempts.at(-1)?.endpoint,
      answer: undefined,
      detail: this.#detail ?? this.#context.replicas.whyUnasked(),
      mayHaveExecuted: this.#mayHaveExecuted,
      isRefused: this.#isRefused,
    });
  }

  #end(result: CallResult, answering?: Attempt): void {
    this.#isDone = true;
    this.#cancelDeadline();
    this.#cancelHedge();
    this.#cancelWait?.();
    for (const attempt of this.#attempts) {
      // An attempt that was overtaken stays open: it may still show its replica to be silent, and
      // its late answer heals. Of an exchange that would be a whole answer that nobody wants.
      const isOvertaken =
        answering !== undefined && attempt.number < answering.number && "bytes" in this.#request;
      if (!isOvertaken) attempt.cancel();
    }
    this.#onDone(result);
  }

  #report(
    attempt: Attempt,
    end: Pick<AttemptResult, "status" | "detail">,
    ended: AttemptFailure["ended"],
    isRetried = true,
  ): void {
    const { clock, onAttemptFailure } = this.#context;
    onAttemptFailure({
      tUs: clock.nowUs(),
      request: this.#request,
      endpoint: attempt.endpoint,
      attempt: attempt.number,
      status: end.status,
      detail: end.detail,
      ended,
      serviceUs: attempt.serviceUs,
      isRetried,
    });
  }
}
