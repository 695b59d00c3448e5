import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  allImplementations,
  echo,
  exchange,
  open,
  reaches,
  servedFor,
  serveRaw,
  within,
} from "../../tests/support/channel-cases.ts";
import {
  earlyPath,
  relayPath,
  serveExchanges,
  stuckPath,
  sumPath,
} from "../../tests/support/exchange-server.ts";
import { answerHeaders, type RawPeer } from "../../tests/support/raw-http2-server.ts";
import type { CallEnd, Channel, StreamCall } from "./channel.ts";
import { unaryResult } from "./channel.ts";

// Far above what any case takes; a machine with other work may need it.
setDefaultTimeout(60_000);

/** Messages of `byteCount` bytes, the first four of which count from 0; and how many were taken. */
function numbered(messageCount: number, byteCount: number) {
  const taken = { count: 0 };
  const requests = {
    *[Symbol.iterator]() {
      for (let index = 0; index < messageCount; index++) {
        const message = Buffer.alloc(byteCount);
        message.writeUInt32BE(index);
        taken.count = index + 1;
        yield message;
      }
    },
  };
  return { requests, taken };
}

function run(channel: Channel, call: StreamCall) {
  const messages: Uint8Array[] = [];
  const end = new Promise<CallEnd>((resolve) => {
    channel.stream(call, { onMessage: (message) => messages.push(message), onEnd: resolve });
  });
  return { messages, end };
}

/** How many messages, and bytes of them, Sum says that it got. */
function sumOf(messages: readonly Uint8Array[]): readonly number[] {
  const [answer = Buffer.alloc(0), ...others] = messages.map((bytes) => Buffer.from(bytes));
  return [answer.readUInt32BE(0), answer.readUInt32BE(4), ...others.map(({ length }) => length)];
}

for (const implementation of allImplementations) {
  const { name, isHttp2 } = implementation;

  describe(`${name}: calls of many messages`, () => {
    servedFor(implementation);

    test.each([
      [3000, 100],
      [100, 200_000],
    ])("%d of %d bytes go there and back in order, both at once", async (count, byteCount) => {
      const channel = open(implementation, (await serveExchanges()).port);
      const { requests } = numbered(count, byteCount);
      const { messages, end } = run(channel, { path: relayPath, requests, timeoutMs: 30_000 });
      expect((await end).status).toBe("OK");
      expect(messages.map((message) => Buffer.from(message).readUInt32BE(0))).toEqual(
        Array.from({ length: count }, (_, index) => index),
      );
      expect(messages.every(({ length }) => length === byteCount)).toBe(true);
    });

    test("a peer that does not read is sent no more than windows, and others go on", async () => {
      const { port, seen } = await serveExchanges();
      const channel = open(implementation, port);
      const byteCount = 10_000;
      const { requests, taken } = numbered(2000, byteCount);
      const { messages, end } = run(channel, { path: stuckPath, requests, timeoutMs: 30_000 });
      expect(await within(() => taken.count >= 2)).toBe(true);
      await Bun.sleep(200);
      // The peer's window, what the stream holds for it, and two messages. grpc-js takes all.
      if (isHttp2) expect(taken.count * byteCount).toBeLessThan(400_000);
      const other = run(channel, exchange(sumPath, []));
      expect((await other.end).status).toBe("OK");
      seen.release();
      expect((await end).status).toBe("OK");
      expect(sumOf(messages)).toEqual([2000, 2000 * byteCount]);
    });

    test("a reader that stops holds up its own messages too", async () => {
      const { port, seen } = await serveExchanges();
      const channel = open(implementation, port);
      const { requests, taken } = numbered(4000, 10_000);
      let count = 0;
      const ended = Promise.withResolvers<CallEnd>();
      const control = channel.stream(
        { path: relayPath, requests, timeoutMs: 30_000 },
        {
          onMessage: () => {
            if (++count === 10) control.pause();
          },
          onEnd: ended.resolve,
        },
      );
      expect(await within(() => count >= 10)).toBe(true);
      await Bun.sleep(300);
      if (isHttp2) expect(taken.count).toBeLessThan(1000);
      expect(seen.messageCount).toBeLessThan(1000);
      control.resume();
      expect((await ended.promise).status).toBe("OK");
      expect(count).toBe(4000);
    });
  });

  describe(`${name}: calls of many messages that end early`, () => {
    servedFor(implementation);

    test.each([
      ["OK", 0],
      ["NOT_FOUND", 5],
      ["UNAVAILABLE", 14],
    ] as const)("with %s of the server while there is more to send", async (status, code) => {
      const { port } = await serveExchanges();
      const channel = open(implementation, port);
      const { requests, taken } = numbered(1_000_000, 1000);
      const message = new Uint8Array([1, code]);
      const withStatus = {
        *[Symbol.iterator]() {
          yield* [message, message, message];
          yield* requests;
        },
      };
      const call = { path: earlyPath, requests: withStatus, timeoutMs: 30_000 };
      const { messages, end } = run(channel, call);
      const ended = await end;
      expect(ended.status).toBe(status);
      expect(ended.mayHaveExecuted).toBe(true);
      expect(messages.map((bytes) => [...bytes])).toEqual([[1, code]]);
      const { count } = taken;
      await Bun.sleep(100);
      expect(taken.count).toBe(count);
      expect(count).toBeLessThan(1_000_000);
      // The connection is as good as before.
      const next = run(channel, exchange(sumPath, [[1], [2]]));
      expect((await next.end).status).toBe("OK");
      expect(sumOf(next.messages)).toEqual([2, 2]);
    });

    test("when cancelled: nothing more is sent, and the server hears of it", async () => {
      const { port, seen } = await serveExchanges();
      const channel = open(implementation, port);
      const { requests, taken } = numbered(1_000_000, 1000);
      const ended = Promise.withResolvers<CallEnd>();
      let count = 0;
      const control = channel.stream(
        { path: relayPath, requests, timeoutMs: 30_000 },
        {
          onMessage: () => {
            if (++count === 50) control.cancel();
          },
          onEnd: ended.resolve,
        },
      );
      expect(await ended.promise).toMatchObject({ status: "CANCELLED", mayHaveExecuted: true });
      const sentCount = taken.count;
      expect(await within(() => seen.cancelledCount === 1)).toBe(true);
      expect(count).toBe(50);
      expect(taken.count).toBe(sentCount);
    });

    test("when their time is over, at a peer that does not read", async () => {
      const { port, seen } = await serveExchanges();
      const channel = open(implementation, port);
      const { requests, taken } = numbered(1_000_000, 1000);
      const { end } = run(channel, { path: stuckPath, requests, timeoutMs: 300 });
      expect(await end).toMatchObject({ status: "DEADLINE_EXCEEDED", mayHaveExecuted: true });
      const { count } = taken;
      expect(await within(() => seen.cancelledCount === 1)).toBe(true);
      expect(taken.count).toBe(count);
    });
  });

  describe(`${name}: calls of many messages that break`, () => {
    servedFor(implementation);

    test("when the connection breaks, perhaps executed", async () => {
      const { port, stop, seen } = await serveExchanges();
      const channel = open(implementation, port);
      const { requests } = numbered(1_000_000, 1000);
      const { end } = run(channel, { path: sumPath, requests, timeoutMs: 30_000 });
      expect(await within(() => seen.messageCount > 100)).toBe(true);
      stop();
      const ended = await end;
      expect(ended.status).not.toBe("OK");
      expect(ended.mayHaveExecuted).toBe(true);
    });

    test("without a connection: nothing was executed, and no message was taken", async () => {
      const { port, stop } = await serveExchanges();
      stop();
      const { requests, taken } = numbered(10, 4);
      const channel = open(implementation, port);
      const { end } = run(channel, { path: sumPath, requests, timeoutMs: 5000 });
      expect(await end).toMatchObject({ status: "UNAVAILABLE", mayHaveExecuted: false });
      if (isHttp2) expect(taken.count).toBe(0);
    });
  });

  describe(`${name}: calls of many messages that are reset`, () => {
    servedFor(implementation);

    test.each([
      ["is refused unread", 7, "UNAVAILABLE", false],
      ["is reset without an error", 0, "INTERNAL", true],
      ["is reset for an error within", 2, "INTERNAL", true],
      ["is called off", 8, "CANCELLED", true],
      ["is too much", 11, "RESOURCE_EXHAUSTED", true],
    ] as const)("when the stream %s", async (_, code, status, mayHaveExecuted) => {
      const { port } = await serveRaw({
        onCall: async (peer: RawPeer, streamId) => {
          await Bun.sleep(30);
          peer.resetStream(streamId, code);
        },
      });
      const channel = open(implementation, port);
      channel.connect();
      expect(await reaches(channel, "ready")).toBe(true);
      const { requests, taken } = numbered(1_000_000, 1000);
      const { end } = run(channel, { path: sumPath, requests, timeoutMs: 10_000 });
      expect(await end).toMatchObject({ status, mayHaveExecuted });
      const { count } = taken;
      await Bun.sleep(50);
      expect(taken.count).toBe(count);
    });

    test("when the server resets the stream without an error after all it had to say", async () => {
      const { port } = await serveRaw({
        onCall: async (peer: RawPeer, streamId) => {
          await Bun.sleep(20);
          peer.sendHeaders(streamId, answerHeaders);
          peer.sendData(streamId, [0, 0, 0, 0, 1, 7]);
          peer.sendHeaders(streamId, { "grpc-status": "0" }, true);
          peer.resetStream(streamId, 0);
        },
      });
      const channel = open(implementation, port);
      const { requests } = numbered(1_000_000, 1000);
      const { messages, end } = run(channel, { path: sumPath, requests, timeoutMs: 10_000 });
      expect((await end).status).toBe("OK");
      expect(messages.map((bytes) => [...bytes])).toEqual([[7]]);
    });
  });

  describe(`${name}: calls of many messages, of any number and beside others`, () => {
    servedFor(implementation);

    test.each([
      [0, 4],
      [1, 4],
      [20_000, 10],
      [40, 1_000_000],
      [3, 3_900_000],
    ])("%d of %d bytes all arrive, and one answer comes back", async (messageCount, byteCount) => {
      const channel = open(implementation, (await serveExchanges()).port);
      const { requests } = numbered(messageCount, byteCount);
      const { messages, end } = run(channel, { path: sumPath, requests, timeoutMs: 30_000 });
      expect((await end).status).toBe("OK");
      expect(sumOf(messages)).toEqual([messageCount, messageCount * byteCount]);
    });

    test("share a connection with unary ones", async () => {
      const { port } = await serveExchanges();
      const channel = open(implementation, port);
      const all = Array.from({ length: 20 }, (_, call) => {
        const { requests } = numbered(200 + call, 1000);
        return run(channel, { path: relayPath, requests, timeoutMs: 30_000 });
      });
      const unary = await unaryResult(channel, echo([1, 2], { path: relayPath }));
      expect([...(unary.response ?? [])]).toEqual([1, 2]);
      for (const [call, { messages, end }] of all.entries()) {
        expect((await end).status).toBe("OK");
        expect(messages).toHaveLength(200 + call);
      }
    });
  });
}
