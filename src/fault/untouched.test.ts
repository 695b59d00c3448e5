import { describe, expect, test } from "bun:test";
import { type Random, seededRandom } from "../base/random.ts";
import { type PlannedFault, planFaults, randomKinds } from "./random-plan.ts";
import { type Sight, UntouchedPorts } from "./untouched.ts";

const [a, b, c] = [50051, 50052, 50053] as const;
const second = 1_000_000;
const well = (owners = "7@x"): Sight => ({ serves: true, owners });
const empty: Sight = { serves: false, why: "nothing listens there" };
const stall = (port: number): PlannedFault => ({
  ...{ number: 1, offsetMs: 0, kind: "stall", port, lengthMs: 1000 },
});

/** Three ports that were seen serving at 0, with 2 s to settle. */
function three(): UntouchedPorts {
  const ports = new UntouchedPorts([a, b, c], 2000);
  for (const port of [a, b, c]) ports.saw(port, well(), 0);
  return ports;
}

describe("UntouchedPorts", () => {
  test("takes what serves at the first look at once, and nothing unseen", () => {
    expect(three().untouched(0)).toEqual([a, b, c]);
    expect(new UntouchedPorts([a, b], 0).untouched(second)).toEqual([]);
  });

  test("wants a port that came up later, or changed hands, to be seen for a while", () => {
    const ports = three();
    ports.saw(a, empty, second);
    ports.saw(b, well("8@y"), second);
    expect(ports.whyNot(stall(a), 0, second)).toEqual({
      ...{ reason: "down", why: "nothing listens there" },
    });
    expect(ports.untouched(second)).toEqual([c]);
    ports.saw(a, well("9@z"), 2 * second);
    expect(ports.whyNot(stall(a), 0, 3 * second)).toEqual({
      ...{ reason: "settling", why: "it serves again for 1s only (--settle 2s)" },
    });
    expect(ports.untouched(3 * second)).toEqual([b, c]);
    expect(ports.untouched(4 * second)).toEqual([a, b, c]);
  });

  test("wants a port to be seen for a while after each fault, too", () => {
    const ports = three();
    ports.begin(stall(a));
    expect(ports.free).toEqual([b, c]);
    expect(ports.whyNot(stall(a), 0, 0)).toMatchObject({
      ...{ reason: "under-fault", why: "fault 1 (stall) lasts" },
    });
    ports.end(a);
    expect(ports.isServed(a)).toBeUndefined();
    expect(ports.untouched(10 * second)).toEqual([b, c]);
    ports.saw(a, well(), 10 * second);
    expect(ports.untouched(11.9 * second)).toEqual([b, c]);
    expect(ports.untouched(12 * second)).toEqual([a, b, c]);
  });

  test("lets nothing begin that would leave fewer than asked", () => {
    const ports = three();
    expect(ports.whyNot(stall(a), 2, 0)).toBeUndefined();
    expect(ports.whyNot(stall(a), 3, 0)).toEqual({
      reason: "keep-healthy",
      why: `only ${b}, ${c} would be untouched, and 3 must remain (--keep-healthy)`,
    });
    ports.begin(stall(a));
    ports.begin(stall(b));
    expect(ports.whyNot(stall(c), 0, 0)).toBeUndefined();
    expect(ports.whyNot(stall(c), 1, 0)?.why).toStartWith("no other port is untouched");
  });
});

/** What is true of a simulated port, whatever anybody has seen of it. */
interface TruePort {
  process: number;
  /** It serves from then on. */
  upUs: number;
  /** Undefined: no fault of ours. */
  faultEndUs: number | undefined;
}

/** Plays a plan on ports that also die by themselves; returns the least that was left untouched. */
function play(seed: number, keepCount: number): { least: number; begunCount: number } {
  const random: Random = seededRandom(seed ^ 0x5eed);
  const names = [a, b, c, 50_060].slice(0, 2 + (seed % 3));
  const settleMs = [0, 500, 2000][seed % 3] ?? 0;
  const kinds = Object.keys(randomKinds) as (keyof typeof randomKinds)[];
  const plan = planFaults({
    ...{ seed, ports: names, everyMs: 1000, jitterMs: 500, durationMs: 60_000 },
    ...{ faultMinMs: 200, faultMaxMs: 4000, kinds: kinds.map((kind) => ({ kind, weight: 1 })) },
  });
  const ports = new UntouchedPorts(names, settleMs);
  let process = 1;
  const truth = new Map<number, TruePort>(
    names.map((port) => [
      port,
      { process: process++, upUs: Number.NEGATIVE_INFINITY, faultEndUs: undefined },
    ]),
  );
  const serves = ({ upUs }: TruePort, nowUs: number) => nowUs >= upUs;
  const isSettled = ({ upUs }: TruePort, nowUs: number) => nowUs - upUs >= settleMs * 1000;
  const die = (port: TruePort, nowUs: number) => {
    port.process = process++;
    port.upUs = nowUs + random.next() * 5 * second;
  };
  const look = (nowUs: number) => {
    for (const port of ports.free) {
      const is = truth.get(port);
      if (is === undefined) continue;
      ports.saw(port, serves(is, nowUs) ? well(String(is.process)) : empty, nowUs);
    }
  };
  let least = names.length;
  let begunCount = 0;
  let nowUs = 0;
  look(0);
  for (const fault of plan) {
    for (; nowUs < fault.offsetMs * 1000; nowUs += 100_000) {
      for (const [port, is] of truth) {
        if (is.faultEndUs !== undefined && nowUs >= is.faultEndUs) {
          is.faultEndUs = undefined;
          ports.end(port);
        }
        if (random.next() < 0.002) die(is, nowUs);
      }
      if (nowUs % 500_000 === 0) look(nowUs);
    }
    look(nowUs);
    if (ports.whyNot(fault, keepCount, nowUs) !== undefined) continue;
    begunCount++;
    ports.begin(fault);
    const hit = truth.get(fault.port);
    if (hit === undefined) continue;
    const { lengthMs = 50 } = fault;
    hit.faultEndUs = nowUs + lengthMs * 1000;
    if (!randomKinds[fault.kind].lasts) die(hit, nowUs);
    const untouched = [...truth.values()].filter(
      (is) => is.faultEndUs === undefined && isSettled(is, nowUs),
    );
    least = Math.min(least, untouched.length);
  }
  return { least, begunCount };
}

describe("however ports die and come back, no fault begins that leaves fewer than asked", () => {
  for (const keepCount of [0, 1, 2]) {
    test(`of ${keepCount}, for two thousand seeds`, () => {
      let begunCount = 0;
      for (let seed = 0; seed < 2000; seed++) {
        const played = play(seed, keepCount);
        if (played.least < keepCount) {
          throw new Error(`Seed ${seed} left ${played.least} untouched`);
        }
        begunCount += played.begunCount;
      }
      // It is no answer to do nothing at all.
      expect(begunCount).toBeGreaterThan(5000);
    });
  }
});
