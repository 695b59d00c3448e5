import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  allImplementations,
  count,
  echo,
  echoPath,
  exchange,
  open,
  reaches,
  serve,
  servedFor,
  within,
} from "../../tests/support/channel-cases.ts";
import type { CallEnd, ChannelState, UnaryResult } from "./channel.ts";
import { unaryResult } from "./channel.ts";

// Far above what any case takes; a machine with other work may need it.
setDefaultTimeout(30_000);

for (const implementation of allImplementations) {
  const { name, isHttp2 } = implementation;

  describe(name, () => {
    servedFor(implementation);

    describe("unary calls", () => {
      test("carry bytes there and back", async () => {
        const channel = open(implementation, (await serve()).port);
        const result = await unaryResult(channel, echo([1, 2, 3]));
        expect(result.status).toBe("OK");
        expect([...(result.response ?? [])]).toEqual([1, 2, 3]);
      });

      test("carry a message of a mebibyte there and back", async () => {
        const channel = open(implementation, (await serve()).port);
        const request = Buffer.alloc(1 << 20, 7);
        const result = await unaryResult(channel, echo([], { request }));
        expect(result.status).toBe("OK");
        expect(request.equals(result.response ?? Buffer.alloc(0))).toBe(true);
      });

      test("give the application's status and its text, percent-decoded", async () => {
        const channel = open(implementation, (await serve()).port);
        const result = await unaryResult(channel, echo([0]));
        expect(result).toEqual({
          status: "NOT_FOUND",
          detail: "no zero: é % 日\n",
          mayHaveExecuted: true,
          isFromPeer: true,
        });
      });

      test("give the pause the server asks for before a retry, or that it wants none", async () => {
        const channel = open(implementation, (await serve()).port);
        expect((await unaryResult(channel, echo([0, 25]))).pushback).toBe(25);
        // 255 is written as -1, the specification's "do not retry".
        expect((await unaryResult(channel, echo([0, 255]))).pushback).toBe("never");
      });

      test("go on where they are when the channel is renewed, and new ones go elsewhere", async () => {
        const { port, seen } = await serve();
        const channel = open(implementation, port);
        await unaryResult(channel, echo([1]));
        const unanswered = unaryResult(channel, echo([], { timeoutMs: 1500 }));
        expect(await within(() => seen.metadata.length === 2)).toBe(true);
        channel.renew();
        expect((await unaryResult(channel, echo([1], { waitForReady: true }))).status).toBe("OK");
        expect((await unanswered).status).toBe("DEADLINE_EXCEEDED");
        expect(new Set(seen.peers).size).toBe(2);
        expect(await reaches(channel, "ready")).toBe(true);
      });

      test("end when their time is over", async () => {
        const channel = open(implementation, (await serve()).port);
        const result = await unaryResult(channel, echo([], { timeoutMs: 100 }));
        expect(result).toMatchObject({ status: "DEADLINE_EXCEEDED", mayHaveExecuted: true });
      });

      test("tell the server their deadline", async () => {
        const { port, seen } = await serve();
        await unaryResult(open(implementation, port), echo([1], { timeoutMs: 60_000 }));
        expect(seen.remainingMs[0]).toBeGreaterThan(50_000);
        expect(seen.remainingMs[0]).toBeLessThan(60_500);
      });

      test("carry metadata, keys in lower case and -bin values as bytes", async () => {
        const { port, seen } = await serve();
        const base64 = Buffer.from([0, 255, 10]).toString("base64");
        const metadata = { "X-Request-Id": "run-1", "some-bin": base64 };
        await unaryResult(open(implementation, port), echo([1], { metadata }));
        expect(seen.metadata[0]?.get("x-request-id")).toEqual(["run-1"]);
        expect(seen.metadata[0]?.get("some-bin")).toEqual([Buffer.from([0, 255, 10])]);
      });

      test("refuse metadata that the wire cannot carry", async () => {
        const channel = open(implementation, (await serve()).port);
        const bad = [{ "a key": "1" }, { te: "1" }, { text: "é" }, { "some-bin": "~" }];
        for (const metadata of bad) {
          expect(() => channel.unary(echo([1], { metadata }), () => undefined)).toThrow(
            /^Cannot send the metadata/,
          );
        }
      });

      test("end with CANCELLED when cancelled, once, and not before cancel() has returned", async () => {
        const channel = open(implementation, (await serve()).port);
        channel.connect();
        expect(await reaches(channel, "ready")).toBe(true);
        const results: UnaryResult[] = [];
        const cancel = channel.unary(echo([]), (result) => results.push(result));
        await Bun.sleep(20);
        cancel();
        cancel();
        expect(results).toEqual([]);
        expect(await within(() => results.length > 0)).toBe(true);
        await Bun.sleep(20);
        expect(results).toHaveLength(1);
        expect(results[0]).toMatchObject({ status: "CANCELLED", mayHaveExecuted: true });
      });

      test("end after unary() has returned even when there is no connection", async () => {
        const { port, stop } = await serve();
        stop();
        const channel = open(implementation, port);
        channel.connect();
        expect(await reaches(channel, "broken")).toBe(true);
        let hasReturned = false;
        const sawReturn = await new Promise<boolean>((resolve) => {
          channel.unary(echo([1]), () => resolve(hasReturned));
          hasReturned = true;
        });
        expect(sawReturn).toBe(true);
      });

      test("were not executed when refused for want of a connection", async () => {
        const { port, stop } = await serve();
        stop();
        const result = await unaryResult(open(implementation, port), echo([1]));
        expect(result).toMatchObject({ status: "UNAVAILABLE", mayHaveExecuted: false });
        expect(result.detail).toContain("ECONNREFUSED");
      });

      test("may have been executed when the connection breaks under them", async () => {
        const { port, stop } = await serve();
        const channel = open(implementation, port);
        channel.connect();
        expect(await reaches(channel, "ready")).toBe(true);
        const pending = unaryResult(channel, echo([]));
        await Bun.sleep(50);
        stop();
        const result = await pending;
        expect(result.status).not.toBe("OK");
        expect(result.mayHaveExecuted).toBe(true);
      });

      test("wait for a connection when asked to, and no longer than their deadline", async () => {
        const { port, stop } = await serve();
        stop();
        const channel = open(implementation, port);
        channel.connect();
        expect(await reaches(channel, "broken")).toBe(true);
        const short = echo([7], { waitForReady: true, timeoutMs: 100 });
        expect(await unaryResult(channel, short)).toMatchObject({
          status: "DEADLINE_EXCEEDED",
          mayHaveExecuted: false,
        });
        const pending = unaryResult(channel, echo([7], { waitForReady: true }));
        await serve({ port });
        expect((await pending).status).toBe("OK");
      });

      test("each end exactly once, five hundred at a time", async () => {
        const channel = open(implementation, (await serve()).port);
        const endCounts = new Array<number>(500).fill(0);
        const wrong: number[] = [];
        for (const index of endCounts.keys()) {
          const bytes = [1 + (index % 255), index >> 8];
          channel.unary(echo(bytes), (result) => {
            endCounts[index] = (endCounts[index] ?? 0) + 1;
            const isRight = Buffer.from(bytes).equals(result.response ?? Buffer.alloc(0));
            if (!isRight) wrong.push(index);
          });
        }
        expect(await within(() => endCounts.every((ends) => ends > 0))).toBe(true);
        await Bun.sleep(20);
        expect(endCounts.every((ends) => ends === 1)).toBe(true);
        expect(wrong).toEqual([]);
      });

      test("of an unknown method are UNIMPLEMENTED", async () => {
        const channel = open(implementation, (await serve()).port);
        const result = await unaryResult(channel, echo([1], { path: "/test.Echo/None" }));
        expect(result.status).toBe("UNIMPLEMENTED");
      });

      test("wait in order for the streams that the server allows", async () => {
        const { port } = await serve({ maxStreams: 1 });
        const channel = open(implementation, port);
        channel.connect();
        expect(await reaches(channel, "ready")).toBe(true);
        const order: number[] = [];
        const results: UnaryResult[] = [];
        channel.unary(echo([], { timeoutMs: 300 }), (result) => results.push(result));
        const late = unaryResult(channel, echo([9], { timeoutMs: 100 }));
        for (const index of [1, 2, 3]) channel.unary(echo([index]), () => order.push(index));
        // grpc-js does not tell whether it had begun to send a call.
        expect(await late).toMatchObject({
          status: "DEADLINE_EXCEEDED",
          mayHaveExecuted: !isHttp2,
        });
        expect(await within(() => order.length === 3)).toBe(true);
        expect(order).toEqual([1, 2, 3]);
        expect(results[0]?.status).toBe("DEADLINE_EXCEEDED");
      });
    });

    describe("streams", () => {
      test("give every message in order, then their end", async () => {
        const channel = open(implementation, (await serve()).port);
        const indices: number[] = [];
        const end = await new Promise<CallEnd>((resolve) => {
          channel.stream(count(2000), {
            onMessage: (message) => indices.push(Buffer.from(message).readUInt32BE(0)),
            onEnd: resolve,
          });
        });
        expect(end.status).toBe("OK");
        expect(indices).toEqual(Array.from({ length: 2000 }, (_, index) => index));
      });

      test("stop the server while paused, hold up nobody else, and lose nothing", async () => {
        const { port, seen } = await serve();
        const channel = open(implementation, port);
        let messageCount = 0;
        const ends: CallEnd[] = [];
        const control = channel.stream(count(2000, 16_384), {
          onMessage: () => {
            messageCount++;
            if (messageCount === 10) control.pause();
          },
          onEnd: (end) => ends.push(end),
        });
        expect(await within(() => messageCount === 10)).toBe(true);
        await Bun.sleep(300);
        const writtenCount = seen.writtenCount;
        // grpc-js hands over what it has decoded already.
        expect(messageCount).toBeLessThanOrEqual(isHttp2 ? 10 : 40);
        expect(writtenCount).toBeLessThan(1000);
        expect((await unaryResult(channel, echo([1]))).status).toBe("OK");
        control.resume();
        expect(await within(() => ends.length > 0, 10_000)).toBe(true);
        expect(ends[0]?.status).toBe("OK");
        expect(messageCount).toBe(2000);
      });

      test("that are paused when the server has finished give the rest after resume()", async () => {
        const channel = open(implementation, (await serve()).port);
        let messageCount = 0;
        const ends: CallEnd[] = [];
        const control = channel.stream(count(50), {
          onMessage: () => {
            messageCount++;
            control.pause();
          },
          onEnd: (end) => ends.push(end),
        });
        for (let expected = 1; expected <= 50; expected++) {
          expect(await within(() => messageCount >= expected)).toBe(true);
          await Bun.sleep(1);
          if (expected < 50) expect(ends).toEqual([]);
          control.resume();
        }
        expect(await within(() => ends.length > 0)).toBe(true);
        expect(messageCount).toBe(50);
        expect(ends[0]?.status).toBe("OK");
      });

      test("end with CANCELLED when cancelled, give nothing after, and the server hears of it", async () => {
        const { port, seen } = await serve();
        const channel = open(implementation, port);
        let messageCount = 0;
        const ends: CallEnd[] = [];
        const control = channel.stream(count(1_000_000, 1000), {
          onMessage: () => {
            messageCount++;
            if (messageCount === 100) control.cancel();
          },
          onEnd: (end) => ends.push(end),
        });
        expect(await within(() => ends.length > 0)).toBe(true);
        expect(ends[0]?.status).toBe("CANCELLED");
        expect(await within(() => seen.cancelledCount === 1)).toBe(true);
        expect(messageCount).toBe(100);
        expect(ends).toHaveLength(1);
      });

      test("that are paused end when cancelled too", async () => {
        const { port, seen } = await serve();
        const ends: CallEnd[] = [];
        const control = open(implementation, port).stream(count(1_000_000, 1000), {
          onMessage: () => control.pause(),
          onEnd: (end) => ends.push(end),
        });
        expect(await within(() => seen.writtenCount > 0)).toBe(true);
        control.cancel();
        expect(await within(() => ends.length > 0 && seen.cancelledCount === 1)).toBe(true);
      });

      test("carry the server's error", async () => {
        const end = await new Promise<CallEnd>((resolve, reject) => {
          serve().then(({ port }) => {
            const channel = open(implementation, port);
            channel.stream(exchange(echoPath, [[0]]), {
              onMessage: () => undefined,
              onEnd: resolve,
            });
          }, reject);
        });
        expect(end.status).toBe("NOT_FOUND");
      });
    });

    describe("the connection", () => {
      test("is lost, refused, and made again without any call", async () => {
        const { port, stop } = await serve();
        const channel = open(implementation, port);
        const seen: ChannelState[] = [];
        channel.onStateChange((state) => seen.push(state));
        channel.connect();
        expect(await reaches(channel, "ready")).toBe(true);
        stop();
        expect(await within(() => seen.includes("broken"))).toBe(true);
        await serve({ port });
        expect(await reaches(channel, "ready")).toBe(true);
        expect(seen.slice(0, 2)).toEqual(["connecting", "ready"]);
        expect(seen.at(-1)).toBe("ready");
      });

      test("is known to be lost before its calls have ended", async () => {
        const { port, stop } = await serve();
        const channel = open(implementation, port);
        channel.connect();
        expect(await reaches(channel, "ready")).toBe(true);
        const statesAtEnd: ChannelState[] = [];
        for (let index = 0; index < 5; index++) {
          channel.unary(echo([]), () => statesAtEnd.push(channel.state));
        }
        await Bun.sleep(50);
        stop();
        expect(await within(() => statesAtEnd.length === 5)).toBe(true);
        expect(statesAtEnd).not.toContain("ready");
      });

      // grpc-js knows only the addresses that the system's resolver gives, which may lack ::1.
      const hosts = isHttp2 ? ["127.0.0.1", "[::1]"] : ["127.0.0.1"];
      test.each(hosts)("to localhost finds a server on %s alone", async (host) => {
        const { port } = await serve({ host });
        const result = await unaryResult(open(implementation, port, "localhost"), echo([1]));
        expect(result.status).toBe("OK");
      });

      test("ends with close(), and with it every open call", async () => {
        const { port } = await serve();
        const channel = open(implementation, port);
        channel.connect();
        expect(await reaches(channel, "ready")).toBe(true);
        const states: ChannelState[] = [];
        channel.onStateChange((state) => states.push(state));
        const pending = unaryResult(channel, echo([]));
        await Bun.sleep(20);
        channel.close();
        expect((await pending).status).toBe("CANCELLED");
        expect((await unaryResult(channel, echo([1]))).status).toBe("CANCELLED");
        await Bun.sleep(100);
        expect(states).toEqual([]);
      });
    });
  });
}
