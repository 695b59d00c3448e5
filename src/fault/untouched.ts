import { formatDuration } from "../base/duration.ts";
import type { PlannedFault } from "./random-plan.ts";

/** What a look at a port has shown. */
export type Sight =
  /** It takes connections, and all of its processes run; `owners` tells them from others. */
  | { readonly serves: true; readonly owners: string }
  /** `why` says what there is instead, such as `nothing listens there`. */
  | { readonly serves: false; readonly why: string };

export type SkipReason = "under-fault" | "down" | "settling" | "keep-healthy";

export interface Skip {
  readonly reason: SkipReason;
  /** Goes on after "as". */
  readonly why: string;
}

interface Port {
  fault: PlannedFault | undefined;
  /** Undefined: not seen yet, or not since its last fault. */
  sight: Sight | undefined;
  /** It has never been seen. */
  isNew: boolean;
  /** The owners of `sight` have been seen serving since then without a break. */
  sinceUs: number;
}

/**
 * Which ports are untouched: not under a fault of ours, and seen to be served by the same processes
 * for some time since they last were not. Whoever served at the very first look counts at once.
 */
export class UntouchedPorts {
  readonly #ports: ReadonlyMap<number, Port>;
  readonly #settleUs: number;

  constructor(ports: readonly number[], settleMs: number) {
    this.#settleUs = settleMs * 1000;
    this.#ports = new Map(
      ports.map((port) => [port, { fault: undefined, sight: undefined, isNew: true, sinceUs: 0 }]),
    );
  }

  /** Ports that are not under a fault, whose state is worth a look. */
  get free(): readonly number[] {
    return [...this.#ports].flatMap(([port, { fault }]) => (fault === undefined ? [port] : []));
  }

  /** The result of a look that began while the port was free. */
  saw(port: number, sight: Sight, nowUs: number): void {
    const state = this.#at(port);
    const { sight: before, isNew } = state;
    state.sight = sight;
    state.isNew = false;
    if (!sight.serves) return;
    if (isNew) state.sinceUs = Number.NEGATIVE_INFINITY;
    else if (!before?.serves || before.owners !== sight.owners) state.sinceUs = nowUs;
  }

  begin(fault: PlannedFault): void {
    this.#at(fault.port).fault = fault;
  }

  /** The port is free again; it has to be seen serving anew. */
  end(port: number): void {
    const state = this.#at(port);
    state.fault = undefined;
    state.sight = undefined;
    state.isNew = false;
  }

  /** Whether it was served when it was seen last; undefined: not seen since its last fault. */
  isServed(port: number): boolean | undefined {
    return this.#at(port).sight?.serves;
  }

  untouched(nowUs: number): readonly number[] {
    return [...this.#ports.keys()].filter((port) => this.#whyTouched(port, nowUs) === undefined);
  }

  /**
   * Why `fault` must not begin now; undefined when it may: the port is untouched, and at least
   * `keepCount` others are.
   */
  whyNot({ port }: PlannedFault, keepCount: number, nowUs: number): Skip | undefined {
    const touched = this.#whyTouched(port, nowUs);
    if (touched !== undefined) return touched;
    const others = this.untouched(nowUs).filter((other) => other !== port);
    if (others.length >= keepCount) return undefined;
    const only = others.length === 0 ? "no other port is" : `only ${others.join(", ")} would be`;
    const why = `${only} untouched, and ${keepCount} must remain (--keep-healthy)`;
    return { reason: "keep-healthy", why };
  }

  #whyTouched(port: number, nowUs: number): Skip | undefined {
    const { fault, sight, sinceUs } = this.#at(port);
    if (fault !== undefined) {
      return { reason: "under-fault", why: `fault ${fault.number} (${fault.kind}) lasts` };
    }
    if (sight === undefined) return { reason: "down", why: "it has not been seen since" };
    if (!sight.serves) return { reason: "down", why: sight.why };
    const seenUs = nowUs - sinceUs;
    if (seenUs >= this.#settleUs) return undefined;
    const [seen, asked] = [seenUs, this.#settleUs].map((spanUs) =>
      formatDuration(Math.round(spanUs / 1000)),
    );
    return { reason: "settling", why: `it serves again for ${seen} only (--settle ${asked})` };
  }

  #at(port: number): Port {
    const state = this.#ports.get(port);
    if (state === undefined) throw new Error(`Port ${port} is none of those watched`);
    return state;
  }
}
