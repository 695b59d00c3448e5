import { describe, expect, test } from "bun:test";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { limits } from "../base/limits.ts";
import { EventLog, fromTheStart } from "./event-log.ts";
import { EventReaders } from "./event-readers.ts";

function setUp() {
  const clock = new VirtualClock();
  const log = new EventLog("run");
  const readers = new EventReaders(log, clock);
  const publish = (data: string) => {
    log.append("update", data);
    readers.notify();
  };
  const open = () => {
    const stream = readers.open(fromTheStart);
    if (stream === undefined) throw new Error("It takes no reader");
    return stream.getReader();
  };
  return { clock, log, readers, publish, open };
}

describe("EventReaders", () => {
  test("drops who has read nothing for long, and only that one", async () => {
    const { clock, readers, publish, open } = setUp();
    const stalled = open();
    const reading = open();
    for (let second = 0; second <= limits.liveStalledMs / 1000 + 1; second++) {
      publish(String(second));
      await reading.read();
      await clock.advanceMs(1000);
    }
    expect(readers.count).toBe(1);
    expect(stalled.read()).rejects.toThrow("read nothing for too long");
  });

  test("does not take waiting for a rare event for a stall", async () => {
    const { clock, readers, publish, open } = setUp();
    const reader = open();
    publish("1");
    await reader.read();
    const next = reader.read();
    await clock.advanceMs(10 * limits.liveStalledMs);
    publish("2");
    expect(new TextDecoder().decode((await next).value)).toContain("data: 2");
    expect(readers.count).toBe(1);
  });

  test("gives one who catches up a chunk, and a pause to the rest of the process", async () => {
    const { clock, log, open } = setUp();
    for (let event = 0; event < 4; event++) {
      log.append("update", "x".repeat(limits.liveChunkMaxBytes));
    }
    const reader = open();
    let chunkCount = 0;
    const reading = (async () => {
      for (;;) {
        await reader.read();
        chunkCount++;
      }
    })();
    reading.catch(() => undefined);
    await clock.advanceMs(0);
    // One is handed over and one is made ready, which takes the first pause.
    const atOnce = chunkCount;
    expect(atOnce).toBeLessThanOrEqual(2);
    await clock.advanceMs(limits.liveChunkPauseMs * 5);
    expect(chunkCount).toBe(4);
  });

  test("ends every stream after the last event", async () => {
    const { log, readers, publish, open } = setUp();
    const reader = open();
    publish("1");
    log.end();
    readers.notify();
    expect((await reader.read()).done).toBe(false);
    expect((await reader.read()).done).toBe(true);
    expect(readers.count).toBe(0);
  });

  test("forgets who has left", async () => {
    const { readers, publish, open } = setUp();
    const reader = open();
    expect(readers.count).toBe(1);
    await reader.cancel();
    expect(readers.count).toBe(0);
    publish("1");
  });
});
