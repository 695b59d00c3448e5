import { expect, test } from "bun:test";
import { seededRandom } from "../base/random.ts";
import { FrameReader, frameMessage } from "./grpc-frames.ts";

test("messages come out as they went in, in whatever chunks they arrive", () => {
  const random = seededRandom(7);
  for (let round = 0; round < 300; round++) {
    const messages = Array.from({ length: Math.floor(random.next() * 8) }, () =>
      Buffer.alloc(Math.floor(random.next() ** 3 * 300), Math.floor(random.next() * 256)),
    );
    const body = Buffer.concat(messages.map(frameMessage));
    const chunkMax = 1 + Math.floor(random.next() * 60);
    const reader = new FrameReader(300);
    const read: Uint8Array[] = [];
    for (let start = 0; start < body.length; ) {
      const end = Math.min(body.length, start + 1 + Math.floor(random.next() * chunkMax));
      reader.push(body.subarray(start, end));
      start = end;
      if (random.next() < 0.5) continue;
      for (let message = reader.next(); message; message = reader.next()) read.push(message);
    }
    for (let message = reader.next(); message; message = reader.next()) read.push(message);
    expect(read.map((message) => [...message])).toEqual(messages.map((message) => [...message]));
    expect([reader.pendingByteCount, reader.failure]).toEqual([0, undefined]);
  }
});

test("a message in many chunks is copied once, not once a chunk", () => {
  const reader = new FrameReader(64 << 20);
  const frame = frameMessage(new Uint8Array(64 << 20));
  // 65,536 chunks: joining what has come at each of them would copy two terabytes.
  for (let start = 0; start < frame.length; start += 1024) {
    reader.push(frame.subarray(start, start + 1024));
    if (start + 1024 < frame.length) expect(reader.next()).toBeUndefined();
  }
  expect(reader.next()?.length).toBe(64 << 20);
});

test("what is left of a message that was cut is told in bytes", () => {
  const reader = new FrameReader(100);
  reader.push(new Uint8Array([0, 0, 0, 0, 1, 7, 0, 0, 0, 0, 9, 1, 2]));
  expect([...(reader.next() ?? [])]).toEqual([7]);
  expect(reader.next()).toBeUndefined();
  expect(reader.pendingByteCount).toBe(7);
});
