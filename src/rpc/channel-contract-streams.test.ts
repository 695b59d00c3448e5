import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  allImplementations,
  count,
  echo,
  echoPath,
  exchange,
  implementations,
  open,
  reaches,
  serve,
  servedFor,
  serveRaw,
  within,
} from "../../tests/support/channel-cases.ts";
import { answerHeaders, type RawPeer } from "../../tests/support/raw-http2-server.ts";
import { limits } from "../base/limits.ts";
import { seededRandom } from "../base/random.ts";
import { type CallEnd, unaryResult } from "./channel.ts";

// Far above what any case takes; a machine with other work may need it.
setDefaultTimeout(60_000);

const frameOf = (message: readonly number[]) => [0, 0, 0, 0, message.length, ...message];

for (const implementation of allImplementations) {
  const { name, isHttp2 } = implementation;

  describe(`${name}: streams under load`, () => {
    servedFor(implementation);

    test.each([1000, 200_000, 3_000_000])(
      "messages of %d bytes come whole and in order through pauses at any moment",
      async (byteCount) => {
        const channel = open(implementation, (await serve()).port);
        const random = seededRandom(byteCount);
        const messageCount = byteCount < 10_000 ? 5000 : Math.ceil(60_000_000 / byteCount);
        let expected = 0;
        let isPaused = false;
        const faults: string[] = [];
        const end = await new Promise<CallEnd>((resolve) => {
          const control = channel.stream(count(messageCount, byteCount), {
            onMessage: (message) => {
              if (isPaused && isHttp2) faults.push("a message while paused");
              const index = Buffer.from(message).readUInt32BE(0);
              if (index !== expected || message.length !== byteCount) faults.push(`${index}`);
              expected++;
              if (random.next() > 0.05) return;
              isPaused = true;
              control.pause();
              setTimeout(() => {
                isPaused = false;
                control.resume();
              }, random.next() * 3);
            },
            onEnd: resolve,
          });
        });
        expect([end.status, expected, faults]).toEqual(["OK", messageCount, []]);
      },
    );

    test("a reader that stops costs the window and no more, and others go on", async () => {
      const { port, seen } = await serve();
      const channel = open(implementation, port);
      const byteCount = 100_000;
      let messageCount = 0;
      const ends: CallEnd[] = [];
      const control = channel.stream(count(1000, byteCount), {
        onMessage: () => {
          if (++messageCount === 3) control.pause();
        },
        onEnd: (end) => ends.push(end),
      });
      expect(await within(() => messageCount >= 3)).toBe(true);
      let writtenCount = -1;
      const isStill = () => {
        const isSame = seen.writtenCount === writtenCount;
        writtenCount = seen.writtenCount;
        return isSame;
      };
      for (let rest = 20; rest > 0 && !isStill(); rest--) await Bun.sleep(100);
      // What grpc-js keeps for a stream that is not read: some 16 messages at either end.
      const ahead = (writtenCount - messageCount) * byteCount;
      expect(ahead).toBeLessThan(limits.receiveWindowBytes + 40 * byteCount);
      const other = await new Promise<CallEnd>((resolve) => {
        channel.stream(count(200, byteCount), { onMessage: () => undefined, onEnd: resolve });
      });
      expect(other.status).toBe("OK");
      expect((await unaryResult(channel, echo([1]))).status).toBe("OK");
      control.resume();
      expect(await within(() => ends.length > 0, 30_000)).toBe(true);
      expect([ends[0]?.status, messageCount]).toEqual(["OK", 1000]);
    });
  });

  describe(`${name}: streams that end early`, () => {
    servedFor(implementation);

    test("many at once are each in order, and cancelling one leaves the others", async () => {
      const { port, seen } = await serve();
      const channel = open(implementation, port);
      const counts = [0, 0, 0, 0];
      const ends = await Promise.all(
        counts.map(
          (_, stream) =>
            new Promise<CallEnd>((resolve) => {
              const control = channel.stream(count(200, 50_000), {
                onMessage: (message) => {
                  const index = Buffer.from(message).readUInt32BE(0);
                  expect(index).toBe(counts[stream] ?? -1);
                  counts[stream] = index + 1;
                  if (stream === 0 && index === 9) control.cancel();
                },
                onEnd: resolve,
              });
            }),
        ),
      );
      expect(ends.map(({ status }) => status)).toEqual(["CANCELLED", "OK", "OK", "OK"]);
      expect(counts).toEqual([10, 200, 200, 200]);
      expect(await within(() => seen.cancelledCount >= 1)).toBe(true);
    });

    test.each([
      ["is lost", "UNAVAILABLE", (peer: RawPeer) => peer.socket.destroy()],
      ["is reset", "INTERNAL", (peer: RawPeer) => peer.resetStream(1, 2)],
    ] as const)("cut within a message when it %s, the whole ones count", async (_, status, cut) => {
      const { port } = await serveRaw({
        onCall: async (peer, streamId) => {
          peer.sendHeaders(streamId, answerHeaders);
          peer.sendData(streamId, [...frameOf([1]), ...frameOf([2]), 0, 0, 0, 0, 9, 3]);
          await Bun.sleep(50);
          cut(peer);
        },
      });
      const channel = open(implementation, port);
      channel.connect();
      expect(await reaches(channel, "ready")).toBe(true);
      const messages: number[] = [];
      const end = await new Promise<CallEnd>((resolve) => {
        channel.stream(exchange(echoPath, [[1]]), {
          onMessage: (message) => messages.push(...message),
          onEnd: resolve,
        });
      });
      expect(end).toMatchObject({ status, mayHaveExecuted: true });
      expect(messages).toEqual([1, 2]);
    });
  });
}

test("openHttp2Channel(): a stream without a deadline has none, here and at the server", async () => {
  const [implementation] = implementations;
  const { port, seen } = await serve();
  const channel = open(implementation, port);
  const endless = { timeoutMs: Number.POSITIVE_INFINITY };
  expect((await unaryResult(channel, echo([1], endless))).status).toBe("OK");
  expect(seen.remainingMs).toEqual([Number.POSITIVE_INFINITY]);
});
