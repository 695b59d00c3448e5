import { describe, expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import { EventLog, fromTheStart } from "./event-log.ts";

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

/** Everything a reader gets that stands at `number`, and in how many chunks. */
function readAll(log: EventLog, number: number): { chunks: number; text: string } {
  let all = "";
  let chunks = 0;
  for (let chunk = log.after(number); chunk !== undefined; chunk = log.after(chunk.lastNumber)) {
    all += text(chunk.bytes);
    chunks++;
  }
  return { chunks, text: all };
}

const anew = "event: anew\ndata: {}\n\n";
const update = (number: number, data: string) =>
  `id: run-${number}\nevent: update\ndata: ${data}\n\n`;

describe("EventLog", () => {
  test("gives a late reader everything in order, and then what is new", () => {
    const log = new EventLog("run");
    expect(log.after(fromTheStart)).toBeUndefined();
    log.append("update", "1");
    log.append("update", "2");
    const all = log.after(fromTheStart);
    expect(text(all?.bytes)).toBe(anew + update(1, "1") + update(2, "2"));
    expect(log.after(2)).toBeUndefined();
    log.append("update", "3");
    expect(text(log.after(2)?.bytes)).toBe(update(3, "3"));
  });

  test.each<[string | null, number]>([
    ["run-2", 2],
    ["run-3", 3],
    // Not given out yet, of another run, or no id of ours.
    ["run-4", 0],
    ["old-2", 0],
    ["run-", 0],
    ["run--1", 0],
    ["run-1.5", 0],
    ["", 0],
    [null, 0],
  ])("standOf(%p) is %p after three events", (id, number) => {
    const log = new EventLog("run");
    for (const data of ["1", "2", "3"]) log.append("update", data);
    expect(log.standOf(id)).toBe(number);
  });

  test("gives a reader that comes back only what it has missed", () => {
    const log = new EventLog("run");
    for (const data of ["1", "2", "3"]) log.append("update", data);
    expect(readAll(log, log.standOf("run-1")).text).toBe(update(2, "2") + update(3, "3"));
  });

  test("keeps no more bytes than allowed; whoever missed some begins anew", () => {
    const size = update(1, "x".repeat(100)).length;
    const log = new EventLog("run", 5 * size + 10);
    for (let event = 0; event < 9; event++) log.append("update", String(event).repeat(100));
    const expected = [4, 5, 6, 7, 8].map((event) => update(event + 1, String(event).repeat(100)));
    expect(readAll(log, 2).text).toBe(anew + expected.join(""));
    expect(readAll(log, 4).text).toBe(expected.join(""));
    expect(readAll(log, fromTheStart).text).toBe(anew + expected.join(""));
  });

  test("gives much in chunks of a bounded size, though never less than an event", () => {
    const log = new EventLog("run");
    const quarter = "x".repeat(limits.liveChunkMaxBytes / 4);
    for (let event = 0; event < 8; event++) log.append("update", quarter);
    log.append("update", "y".repeat(2 * limits.liveChunkMaxBytes));
    // Four quarters and their ids are more than a chunk: 3 + 3 + 2, then the large one alone.
    expect(readAll(log, fromTheStart).chunks).toBe(4);
  });

  test("gives every reader the same bytes, made once", () => {
    const log = new EventLog("run");
    log.append("update", "1");
    log.append("update", "2");
    expect(log.after(1)?.bytes).toBe(log.after(1)?.bytes ?? new Uint8Array());
  });
});
