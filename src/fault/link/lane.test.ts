import { describe, expect, test } from "bun:test";
import { SimulatedLane } from "../../../tests/support/simulated-lane.ts";
import { limits } from "../../base/limits.ts";

function instants(told: readonly string[]): number[] {
  return told.map((text) => Number(text.slice(text.indexOf("@") + 1)));
}

describe("A clear lane", () => {
  test("passes bytes and the end on at once, in order, and holds nothing", () => {
    const sim = new SimulatedLane();
    sim.say("one");
    sim.say("two");
    sim.lane.finish();
    expect(sim.told).toEqual(["one @0", "two @0", "FIN @0"]);
    expect([sim.pool.heldBytes, sim.clock.timerCount, sim.lane.isFinished]).toEqual([0, 0, true]);
  });

  test("stops reading while the far end is full, and passes the end on behind the bytes", () => {
    const sim = new SimulatedLane();
    sim.room = 4;
    sim.say("123456");
    expect([sim.told, sim.isPaused]).toEqual([["1234 @0"], true]);
    // A read that was under way when it paused, and the end.
    sim.say("78");
    sim.lane.finish();
    expect(sim.told).toHaveLength(1);
    sim.makeRoom(3);
    expect([sim.told.slice(1), sim.isPaused]).toEqual([["56 @0", "7 @0"], true]);
    sim.makeRoom(100);
    expect(sim.told.slice(3)).toEqual(["8 @0", "FIN @0"]);
    expect([sim.isPaused, sim.pool.heldBytes]).toEqual([false, 0]);
  });

  test("is not read before it has a far end", () => {
    const sim = new SimulatedLane({ isConnected: false });
    expect(sim.isPaused).toBe(true);
    sim.say("early");
    expect(sim.told).toEqual([]);
    sim.lane.drained();
    expect([sim.told, sim.isPaused]).toEqual([["early @0"], false]);
  });

  test("passes a reset on at once, whatever is held", () => {
    const sim = new SimulatedLane();
    sim.room = 0;
    sim.say("never");
    sim.lane.cut();
    expect(sim.told).toEqual(["RST @0"]);
    sim.lane.close();
    expect([sim.pool.heldBytes, sim.clock.timerCount]).toEqual([0, 0]);
  });
});

describe("Latency", () => {
  test("delays everything alike: a pipeline, not one at a time", async () => {
    const sim = new SimulatedLane();
    sim.begin({ latencyMs: 100 });
    for (const text of ["a", "b", "c"]) {
      sim.say(text);
      await sim.clock.advanceMs(10);
    }
    sim.lane.finish();
    expect([sim.told, sim.isPaused]).toEqual([[], false]);
    await sim.clock.advanceMs(200);
    expect(sim.told).toEqual(["a @100", "b @110", "c @120", "FIN @130"]);
  });

  test("varies by the jitter and keeps the order", async () => {
    const sim = new SimulatedLane();
    sim.begin({ latencyMs: 100, jitterMs: 50 });
    const sentMs: number[] = [];
    for (let index = 0; index < 200; index++) {
      sim.say(`${index};`);
      sentMs.push((sim.clock.nowUs() - sim.startUs) / 1000);
      await sim.clock.advanceMs(200);
    }
    const delaysMs = instants(sim.told).map((atMs, index) => atMs - (sentMs[index] ?? 0));
    expect(Math.min(...delaysMs)).toBeGreaterThanOrEqual(50);
    expect(Math.min(...delaysMs)).toBeLessThan(60);
    expect(Math.max(...delaysMs)).toBeLessThanOrEqual(150);
    expect(Math.max(...delaysMs)).toBeGreaterThan(140);

    const burst = new SimulatedLane();
    burst.begin({ latencyMs: 100, jitterMs: 100 });
    for (let index = 0; index < 100; index++) burst.say(`${index};`);
    await burst.clock.advanceMs(300);
    const texts = burst.told.map((text) => text.replace(/;.*/, ""));
    expect(texts).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
  });

  test("comes from the seed", async () => {
    const toldBy = async (seed: number) => {
      const sim = new SimulatedLane({ seed });
      sim.begin({ latencyMs: 100, jitterMs: 50 });
      for (let index = 0; index < 10; index++) sim.say("x");
      await sim.clock.advanceMs(300);
      return sim.told;
    };
    expect(await toldBy(7)).toEqual(await toldBy(7));
    expect(await toldBy(7)).not.toEqual(await toldBy(8));
  });

  test("lets nothing overtake what is under way when it ends", async () => {
    const sim = new SimulatedLane();
    sim.begin({ latencyMs: 100 });
    sim.say("late");
    await sim.clock.advanceMs(50);
    sim.end();
    sim.say("prompt");
    await sim.clock.advanceMs(100);
    sim.say("after");
    expect(sim.told).toEqual(["late @100", "prompt @100", "after @150"]);
  });

  test("delays a reset too", async () => {
    const sim = new SimulatedLane();
    sim.begin({ latencyMs: 100 });
    sim.say("before");
    sim.lane.cut();
    await sim.clock.advanceMs(99);
    expect(sim.told).toEqual([]);
    await sim.clock.advanceMs(1);
    expect(sim.told).toEqual(["before @100", "RST @100"]);
  });

  test("lets no reset overtake what was said before it, whatever the jitter", async () => {
    for (let seed = 0; seed < 50; seed++) {
      const sim = new SimulatedLane({ seed });
      sim.begin({ latencyMs: 100, jitterMs: 100 });
      sim.say("before");
      sim.lane.cut();
      await sim.clock.advanceMs(300);
      expect(sim.told.map((text) => text.replace(/ @.*/, ""))).toEqual(["before", "RST"]);
    }
  });

  test("reads on until enough is held, and again once some of it has arrived", async () => {
    const sim = new SimulatedLane();
    sim.begin({ latencyMs: 100 });
    const piece = "x".repeat(2 ** 20);
    let count = 0;
    while (!sim.isPaused && count < 100) {
      sim.say(piece);
      count++;
    }
    expect(sim.pool.heldBytes).toBeGreaterThanOrEqual(limits.linkHeldMaxBytes);
    expect(sim.pool.heldBytes).toBeLessThan(limits.linkHeldMaxBytes + 2 ** 21);
    await sim.clock.advanceMs(100);
    expect([sim.isPaused, sim.pool.heldBytes]).toEqual([false, 0]);
  });

  test("counts small pieces with what holding them costs", () => {
    const sim = new SimulatedLane();
    sim.begin({ latencyMs: 100 });
    let count = 0;
    while (!sim.isPaused && count < 1_000_000) {
      sim.say("x");
      count++;
    }
    expect(count).toBeLessThan(limits.linkHeldMaxBytes / 100);
  });

  test("holds one read of each connection at most once all together hold enough", async () => {
    const sim = new SimulatedLane();
    sim.begin({ latencyMs: 100 });
    for (let bytes = 0; bytes < limits.linkHeldTotalMaxBytes; bytes += limits.linkBlockBytes) {
      sim.pool.take();
    }
    sim.say("one");
    expect(sim.isPaused).toBe(true);
    await sim.clock.advanceMs(100);
    expect([sim.told, sim.isPaused]).toEqual([["one @100"], false]);
  });
});

describe("Bandwidth", () => {
  test("passes bytes no faster, in small steps", async () => {
    const sim = new SimulatedLane();
    sim.begin({ bandwidthBytesPerS: 1000 });
    sim.say("x".repeat(500));
    sim.lane.finish();
    await sim.clock.advanceMs(250);
    expect(sim.totals.deliveredBytes).toBeGreaterThan(240);
    expect(sim.totals.deliveredBytes).toBeLessThanOrEqual(250);
    await sim.clock.advanceMs(260);
    expect(sim.totals.deliveredBytes).toBe(500);
    expect(sim.told.at(-1)).toStartWith("FIN @50");
    expect(sim.told.length).toBeGreaterThan(50);
  });

  test("does not take at once what it would be minutes in passing on", () => {
    const sim = new SimulatedLane();
    sim.begin({ bandwidthBytesPerS: 1000 });
    sim.say("x".repeat(2 ** 16));
    expect(sim.isPaused).toBe(true);
  });

  test("adds to the latency", async () => {
    const sim = new SimulatedLane();
    sim.begin({ bandwidthBytesPerS: 1000, latencyMs: 200 });
    sim.say("x".repeat(100));
    await sim.clock.advanceMs(199);
    expect(sim.told).toEqual([]);
    await sim.clock.advanceMs(151);
    expect(sim.totals.deliveredBytes).toBe(100);
  });

  test("is gone at once when it ends", async () => {
    const sim = new SimulatedLane();
    sim.begin({ bandwidthBytesPerS: 1000 });
    sim.say("x".repeat(5000));
    await sim.clock.advanceMs(100);
    sim.end();
    expect(sim.totals.deliveredBytes).toBe(5000);
    expect([sim.pool.heldBytes, sim.clock.timerCount]).toEqual([0, 0]);
  });

  test("waits for a far end that is full, and goes on", async () => {
    const sim = new SimulatedLane();
    sim.begin({ bandwidthBytesPerS: 10_000 });
    sim.room = 20;
    sim.say("x".repeat(1000));
    await sim.clock.advanceMs(1000);
    expect(sim.totals.deliveredBytes).toBe(20);
    sim.makeRoom(10_000);
    await sim.clock.advanceMs(200);
    expect(sim.totals.deliveredBytes).toBe(1000);
  });
});

describe("A blackhole", () => {
  test("swallows bytes, ends and resets, and reads on", async () => {
    const sim = new SimulatedLane();
    sim.say("before");
    sim.begin({ blackhole: true });
    sim.say("gone");
    sim.lane.finish();
    sim.lane.cut();
    await sim.clock.advanceMs(1000);
    expect(sim.told).toEqual(["before @0"]);
    expect([sim.totals.swallowedBytes, sim.isPaused, sim.lane.hasHole]).toEqual([4, false, true]);
  });

  test("reads what a full far end had stopped", () => {
    const sim = new SimulatedLane();
    sim.room = 0;
    sim.say("held");
    expect(sim.isPaused).toBe(true);
    sim.begin({ blackhole: true });
    expect(sim.isPaused).toBe(false);
  });

  test("leaves a stream whole that said nothing meanwhile", () => {
    const sim = new SimulatedLane();
    sim.begin({ blackhole: true });
    sim.end();
    sim.say("after");
    expect([sim.told, sim.lane.hasHole]).toEqual([["after @0"], false]);
  });
});

test("Corruption changes bytes on their way and counts them", () => {
  const sim = new SimulatedLane();
  sim.begin({ corruptShare: 1 });
  sim.say("abc");
  sim.end();
  sim.say("abc");
  expect(sim.told[0]).not.toBe("abc @0");
  expect([sim.told[1], sim.totals.corruptedBytes]).toEqual(["abc @0", 3]);
});
