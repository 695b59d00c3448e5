import type { Random } from "../../src/base/random.ts";
import type { UnaryResult } from "../../src/rpc/channel.ts";
import { drawBetween, drawChance, drawInteger, drawOne, drawScale } from "./draws.ts";
import type { SimulatedReplica } from "./simulated-replica.ts";
import type { World } from "./world.ts";

/** What befalls one replica from `atMs` to `untilMs` of the run. */
export interface Fault {
  readonly replica: number;
  readonly atMs: number;
  readonly untilMs: number;
  readonly effect: FaultEffect;
}

export type FaultEffect =
  /** Killed; the port opens again at the end. */
  | { readonly kind: "crash" }
  /** Killed and started again and again. */
  | { readonly kind: "flapping"; readonly upMs: number; readonly downMs: number }
  /** Killed and started again at once, but silent to whoever connects until the end. */
  | { readonly kind: "mute" }
  /**
   * Is no replica any more: its name has lost the address. `lagMs`: it is killed first, and the
   * name says so only so much later; at the end another process is there. Undefined: it runs on.
   */
  | { readonly kind: "absent"; readonly lagMs: number | undefined }
  /** Announces to go, finishes, and is started again at the end. */
  | { readonly kind: "drain" }
  /** Suspended. */
  | { readonly kind: "stall" }
  /** Suspended most of the time. */
  | { readonly kind: "limp"; readonly runMs: number; readonly stopMs: number }
  /** Each call takes longer. */
  | { readonly kind: "slow"; readonly factor: number }
  /** No packet passes, until they are sent again. */
  | { readonly kind: "cut" }
  /** The connections of the beginning carry nothing any more, and nobody is told. */
  | { readonly kind: "half-open" }
  /** Connections break instead of delivering the next answers. */
  | { readonly kind: "lost-answers"; readonly count: number }
  | { readonly kind: "late-answers"; readonly delayMs: number }
  | {
      readonly kind: "application";
      readonly result: UnaryResult;
      readonly share: number;
      readonly isBeforeExecution: boolean;
    };

export const faultKinds = [
  "crash",
  "flapping",
  "mute",
  "drain",
  "stall",
  "limp",
  "slow",
  "cut",
  "half-open",
  "lost-answers",
  "late-answers",
  "application",
  "absent",
] as const satisfies readonly [FaultEffect["kind"], ...FaultEffect["kind"][]];

export type FaultKind = (typeof faultKinds)[number];

export function drawEffect(random: Random, kind: FaultKind, spanMs: number): FaultEffect {
  switch (kind) {
    case "flapping":
      return {
        kind,
        upMs: drawScale(random, spanMs / 20, spanMs / 2),
        downMs: drawScale(random, spanMs / 20, spanMs / 2),
      };
    case "limp": {
      const cycleMs = drawScale(random, Math.min(5, spanMs / 4), Math.max(10, spanMs / 4));
      const share = drawBetween(random, 0.02, 0.5);
      return { kind, runMs: cycleMs * share, stopMs: cycleMs * (1 - share) };
    }
    case "absent":
      return {
        kind,
        lagMs: drawChance(random, 0.7) ? spanMs * drawBetween(random, 0, 0.5) : undefined,
      };
    case "slow":
      return { kind, factor: drawScale(random, 2, 200) };
    case "lost-answers":
      return { kind, count: drawInteger(random, 1, 3) };
    case "late-answers":
      return { kind, delayMs: drawScale(random, 5, 3000) };
    case "application":
      return { kind, ...drawApplicationFault(random) };
    default:
      return { kind };
  }
}

function drawApplicationFault(random: Random) {
  const status = drawOne(random, [
    "UNAVAILABLE",
    "RESOURCE_EXHAUSTED",
    "INVALID_ARGUMENT",
  ] as const);
  const result: UnaryResult = {
    ...{ status, detail: "so says the application", mayHaveExecuted: true },
    isFromPeer: true,
  };
  const pushback = drawOne<number | "never" | "none">(random, [
    "none",
    "never",
    drawScale(random, 10, 2000),
  ]);
  return {
    result:
      status === "RESOURCE_EXHAUSTED" && pushback !== "none" ? { ...result, pushback } : result,
    share: drawChance(random, 0.5) ? 1 : drawBetween(random, 0.1, 1),
    isBeforeExecution: drawChance(random, 0.5),
  };
}

/** Sets the timers that make a fault happen and end. */
export function plan(world: World, fault: Fault, tell: (text: string) => void): void {
  const replica = world.replicas[fault.replica];
  if (replica === undefined) return;
  world.clock.set(fault.atMs, () => {
    const spanMs = fault.untilMs - fault.atMs;
    tell(`replica ${fault.replica}: ${JSON.stringify(fault.effect)} for ${spanMs.toFixed(3)} ms`);
    const end = begin(world, replica, fault);
    world.clock.set(spanMs, () => {
      tell(`replica ${fault.replica}: ${fault.effect.kind} ends`);
      end();
    });
  });
}

/** Returns how to end it. */
function begin(world: World, replica: SimulatedReplica, { effect }: Fault): () => void {
  switch (effect.kind) {
    case "crash":
      replica.crash();
      return () => replica.start();
    case "flapping":
      return alternate(world, effect.downMs, effect.upMs, {
        on: () => replica.crash(),
        off: () => replica.start(),
      });
    case "mute":
      replica.crash();
      replica.start(true);
      return () => replica.speak();
    case "drain":
      replica.drain();
      return () => {
        replica.crash();
        replica.start();
      };
    case "absent":
      return leave(world, replica, effect.lagMs);
    case "stall":
      replica.suspend();
      return () => replica.resume();
    case "limp":
      return alternate(world, effect.stopMs, effect.runMs, {
        on: () => replica.suspend(),
        off: () => replica.resume(),
      });
    case "cut":
      replica.setCut(true);
      return () => replica.setCut(false);
    case "half-open":
      replica.halfOpen();
      return () => undefined;
    default:
      return change(replica, effect);
  }
}

function leave(world: World, replica: SimulatedReplica, lagMs: number | undefined): () => void {
  if (lagMs !== undefined) replica.crash();
  world.clock.set(lagMs ?? 0, () => world.list(replica, false));
  return () => {
    if (lagMs !== undefined) replica.start();
    world.list(replica, true);
  };
}

/** Effects that are a value of the replica's. */
function change(replica: SimulatedReplica, effect: FaultEffect): () => void {
  switch (effect.kind) {
    case "slow":
      replica.slowdown = effect.factor;
      return () => {
        replica.slowdown = 1;
      };
    case "lost-answers":
      replica.answersToLose = effect.count;
      return () => {
        replica.answersToLose = 0;
      };
    case "late-answers":
      replica.link.answerDelayMs = effect.delayMs;
      return () => {
        replica.link.answerDelayMs = 0;
      };
    case "application":
      replica.applicationFault = effect;
      return () => {
        replica.applicationFault = undefined;
      };
    default:
      return () => undefined;
  }
}

/** On for a while, off for a while, until it is ended, which leaves it off. */
function alternate(
  { clock }: World,
  onMs: number,
  offMs: number,
  turn: { on: () => void; off: () => void },
): () => void {
  let isOn = false;
  const next = () => {
    isOn = !isOn;
    if (isOn) turn.on();
    else turn.off();
    timer = clock.set(isOn ? onMs : offMs, next);
  };
  let timer = clock.set(0, next);
  return () => {
    clock.cancel(timer);
    if (isOn) turn.off();
  };
}
