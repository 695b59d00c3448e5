import { sleep } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { hostSystem } from "./host-system.ts";
import { injectPlanned, isCutShort } from "./inject-planned.ts";
import { PortSight } from "./port-sight.ts";
import type { ProcessFacts } from "./process-facts.ts";
import { foreseeRandom } from "./random-aim.ts";
import type { PlannedFault } from "./random-plan.ts";
import type { RandomOptions, RandomRequest, RandomResult } from "./random-request.ts";
import type { System } from "./system.ts";
import type { Target } from "./target.ts";
import { type Skip, type SkipReason, UntouchedPorts } from "./untouched.ts";

/**
 * Plays the plan: each fault at its time, several at once, unless its port is down or fewer than
 * `keepHealthy` others are untouched; then it is skipped. When others go down by themselves, so
 * that fewer are left, what can be undone is undone at once. Rejects with a `fault` error before
 * anything is hit when none of the ports has a listener, or one that may not be hit; resolves when
 * nothing is under a fault any more.
 */
export async function injectRandom(
  request: RandomRequest,
  options: RandomOptions,
): Promise<RandomResult> {
  const system = options.system ?? (await hostSystem(options.clock));
  const owners = await foreseeRandom(request, { ...options, system });
  if (owners.size === 0) {
    const ports = request.ports.join(", ");
    throw new DfsError("fault", `Cannot break anything as nothing listens on ports ${ports}`);
  }
  return await new RandomFaults(request, { ...options, system }, owners).run();
}

interface Running {
  readonly fault: PlannedFault;
  readonly stop: AbortController;
  readonly over: Promise<void>;
}

class RandomFaults {
  readonly #request: RandomRequest;
  readonly #options: RandomOptions & { readonly system: System };
  readonly #ports: UntouchedPorts;
  readonly #sight: PortSight;
  readonly #startUs: number;
  readonly #running = new Set<Running>();
  /** Ends everything, with `undone` or an error as its reason. */
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  /** Whoever may be hit at each port, or run the same command. */
  readonly #like: Map<number, ProcessFacts[]>;
  readonly #targets: Target[] = [];
  readonly #done: PlannedFault[] = [];
  readonly #failed: PlannedFault[] = [];
  readonly #cutShort: PlannedFault[] = [];
  readonly #skipped: (PlannedFault & { readonly reason: SkipReason })[] = [];

  constructor(
    request: RandomRequest,
    options: RandomOptions & { readonly system: System },
    owners: ReadonlyMap<number, readonly ProcessFacts[]>,
  ) {
    this.#request = request;
    this.#options = options;
    this.#ports = new UntouchedPorts(request.ports, request.settleMs);
    this.#sight = new PortSight(options.system, request.host);
    this.#startUs = options.clock.nowUs();
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
    this.#like = new Map(request.ports.map((port) => [port, [...(owners.get(port) ?? [])]]));
  }

  async run(): Promise<RandomResult> {
    try {
      await this.#look();
      for (const fault of this.#request.plan) {
        await this.#watchUntil(this.#startUs + fault.offsetMs * 1000);
        if (this.#signal.aborted) break;
        await this.#look();
        if (this.#signal.aborted) break;
        this.#beginOrSkip(fault);
      }
      await this.#watchUntil(this.#startUs + this.#request.durationMs * 1000);
      // A proof, a drain or a restart may take longer.
      while (this.#running.size > 0 && !this.#signal.aborted) await this.#watch();
    } catch (error) {
      this.#stop.abort(error);
    }
    await Promise.all([...this.#running].map(({ over }) => over));
    return await this.#result();
  }

  /** Looks at the ports again and again until then, or until the end of everything. */
  async #watchUntil(untilUs: number): Promise<void> {
    while (this.#options.clock.nowUs() < untilUs && !this.#signal.aborted) {
      await this.#watch(untilUs);
    }
  }

  async #watch(untilUs = Number.POSITIVE_INFINITY): Promise<void> {
    const { clock, system } = this.#options;
    const everyMs = Math.max(limits.randomLookMs, system.watchEveryMs);
    await sleep(clock, Math.min(everyMs, (untilUs - clock.nowUs()) / 1000), this.#signal);
    if (this.#signal.aborted) return;
    const { free } = this.#ports;
    // A port that a fault has just left is looked at wholly.
    const isSeen = free.every((port) => this.#ports.isServed(port) !== undefined);
    if (!isSeen || !(await this.#sight.isUnchanged(free))) await this.#look();
  }

  async #look(): Promise<void> {
    const sights = await this.#sight.look(this.#ports.free);
    const nowUs = this.#options.clock.nowUs();
    for (const [port, sight] of sights) this.#ports.saw(port, sight, nowUs);
    this.#keepEnough(nowUs);
  }

  /** Others went down by themselves: what can be undone is, before more are missing. */
  #keepEnough(nowUs: number): void {
    const { keepHealthy } = this.#request;
    const untouched = this.#ports.untouched(nowUs);
    if (untouched.length >= keepHealthy) return;
    for (const { fault, stop } of this.#running) {
      if (!isCutShort(fault.kind) || stop.signal.aborted) continue;
      stop.abort();
      this.#options.onStep({ kind: "cut-short", tUs: nowUs, fault, untouched, keepHealthy });
    }
  }

  #beginOrSkip(fault: PlannedFault): void {
    const { clock, onStep } = this.#options;
    const tUs = clock.nowUs();
    const skip: Skip | undefined = this.#ports.whyNot(fault, this.#request.keepHealthy, tUs);
    if (skip !== undefined) {
      this.#skipped.push({ ...fault, reason: skip.reason });
      onStep({ kind: "skipped", tUs, fault, ...skip });
      return;
    }
    this.#ports.begin(fault);
    const stop = new AbortController();
    const running: Running = {
      ...{ fault, stop },
      over: this.#inject(fault, stop.signal).finally(() => {
        this.#running.delete(running);
        this.#ports.end(fault.port);
      }),
    };
    this.#running.add(running);
  }

  async #inject(fault: PlannedFault, stop: AbortSignal): Promise<void> {
    const { host, expect, force } = this.#request;
    const like = this.#like.get(fault.port) ?? [];
    const request = { port: fault.port, host, expect, force, like, delayMs: 0 };
    const signal = AbortSignal.any([this.#signal, stop]);
    try {
      const result = await injectPlanned(fault, request, { ...this.#options, signal });
      this.#targets.push(...result.targets);
      like.push(...result.targets.map(({ process }) => process), ...(result.successors ?? []));
      if (result.outcome === "undone") this.#stop.abort("undone");
      if (result.outcome === "target-gone") this.#failed.push(fault);
      else if (stop.aborted) this.#cutShort.push(fault);
      else if (result.targets.length > 0) this.#done.push(fault);
    } catch (error) {
      if (!(error instanceof DfsError) || error.code !== "fault") {
        this.#stop.abort(error);
        return;
      }
      this.#failed.push(fault);
      const tUs = this.#options.clock.nowUs();
      this.#options.onStep({ kind: "failed", tUs, fault, message: error.message });
    }
  }

  async #result(): Promise<RandomResult> {
    const { reason } = this.#stop.signal;
    if (reason instanceof Error) throw reason;
    await this.#look();
    const { ports } = this.#request;
    const isInterrupted = this.#options.signal.aborted;
    return {
      outcome: isInterrupted ? "interrupted" : reason === undefined ? "done" : "undone",
      targets: this.#targets,
      ...{ done: this.#done, failed: this.#failed, cutShort: this.#cutShort },
      skipped: this.#skipped,
      absent: ports.filter((port) => !this.#ports.isServed(port)),
    };
  }
}
