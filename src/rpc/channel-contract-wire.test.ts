import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  allImplementations,
  cleanups,
  echo,
  type Implementation,
  implementations,
  open,
  reaches,
  servedFor,
  serveRaw,
  within,
} from "../../tests/support/channel-cases.ts";
import { answerHeaders, type RawPeer } from "../../tests/support/raw-http2-server.ts";
import { systemClock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { type Channel, type ChannelState, type UnaryResult, unaryResult } from "./channel.ts";

// Far above what any case takes; a machine with other work may need it.
setDefaultTimeout(30_000);

/** The result of one call to a server that answers it by `answer`. */
async function resultOf(
  implementation: Implementation,
  answer: (peer: RawPeer, streamId: number) => void,
): Promise<UnaryResult> {
  const { port } = await serveRaw({ onCall: answer });
  return await unaryResult(open(implementation, port), echo([1]));
}

function statesOf(channel: Channel): ChannelState[] {
  const states: ChannelState[] = [];
  channel.onStateChange((state) => states.push(state));
  return states;
}

for (const implementation of allImplementations) {
  const { name, isHttp2 } = implementation;

  describe(name, () => {
    servedFor(implementation);

    describe("answers on the wire", () => {
      test("may consist of trailers alone", async () => {
        const result = await resultOf(implementation, (peer, streamId) =>
          peer.sendHeaders(streamId, { ...answerHeaders, "grpc-status": "9" }, true),
        );
        expect(result).toMatchObject({ status: "FAILED_PRECONDITION", mayHaveExecuted: true });
      });

      test("may come byte by byte", async () => {
        const result = await resultOf(implementation, async (peer, streamId) => {
          peer.socket.setNoDelay(true);
          peer.sendHeaders(streamId, answerHeaders);
          for (const byte of [0, 0, 0, 0, 3, 7, 8, 9]) {
            peer.sendData(streamId, [byte]);
            await Bun.sleep(1);
          }
          peer.sendHeaders(streamId, { "grpc-status": "0" }, true);
        });
        expect(result.status).toBe("OK");
        expect([...(result.response ?? [])]).toEqual([7, 8, 9]);
      });

      test("with a status that gRPC does not know are UNKNOWN", async () => {
        const result = await resultOf(implementation, (peer, streamId) =>
          peer.sendHeaders(streamId, { ...answerHeaders, "grpc-status": "99" }, true),
        );
        // grpc-js hands the number on, which statusName() makes the same of.
        expect(result.status).toBe("UNKNOWN");
      });

      test.each([
        ["400", "INTERNAL"],
        ["401", "UNAUTHENTICATED"],
        ["403", "PERMISSION_DENIED"],
        ["404", "UNIMPLEMENTED"],
        ["429", "UNAVAILABLE"],
        ["502", "UNAVAILABLE"],
        ["503", "UNAVAILABLE"],
        ["504", "UNAVAILABLE"],
        ["500", "UNKNOWN"],
      ] as const)("with HTTP status %s and no gRPC status are %s", async (httpStatus, status) => {
        const result = await resultOf(implementation, (peer, streamId) =>
          peer.sendHeaders(streamId, { ":status": httpStatus, "content-type": "text/html" }, true),
        );
        expect(result.status).toBe(status);
      });

      test("larger than allowed end with the sizes before they are read", async () => {
        const { port, peers } = await serveRaw({
          onCall: (peer, streamId) => {
            peer.sendHeaders(streamId, answerHeaders);
            // 0x00400001 is 4 MiB and a byte; nothing of it follows.
            peer.sendData(streamId, [0, 0x00, 0x40, 0x00, 0x01]);
            if (!isHttp2) peer.sendHeaders(streamId, { "grpc-status": "0" }, true);
          },
        });
        const result = await unaryResult(open(implementation, port), echo([1]));
        expect(result).toMatchObject({ status: "RESOURCE_EXHAUSTED", mayHaveExecuted: true });
        expect(result.detail).toContain("4194305");
        expect(result.detail).toContain(String(limits.messageMaxBytes));
        if (isHttp2) expect(await within(() => peers[0]?.resets.length === 1)).toBe(true);
      });

      test("that end within a message are INTERNAL", async () => {
        const result = await resultOf(implementation, (peer, streamId) => {
          peer.sendHeaders(streamId, answerHeaders);
          peer.sendData(streamId, [0, 0, 0, 0, 9, 1]);
          peer.sendHeaders(streamId, { "grpc-status": "0" }, true);
        });
        // grpc-js counts whole messages alone, and finds none.
        expect(result.status).toBe(isHttp2 ? "INTERNAL" : "UNIMPLEMENTED");
      });

      test("without a message are UNIMPLEMENTED, as are those with two", async () => {
        for (const messageCount of [0, 2]) {
          const result = await resultOf(implementation, (peer, streamId) => {
            peer.sendHeaders(streamId, answerHeaders);
            for (let sent = 0; sent < messageCount; sent++) {
              peer.sendData(streamId, [0, 0, 0, 0, 1, sent]);
            }
            peer.sendHeaders(streamId, { "grpc-status": "0" }, true);
          });
          expect(result.status).toBe("UNIMPLEMENTED");
        }
      });

      test("without a status are no success", async () => {
        const result = await resultOf(implementation, (peer, streamId) => {
          peer.sendHeaders(streamId, answerHeaders);
          peer.sendData(streamId, [0, 0, 0, 0, 1, 7], true);
        });
        expect(["INTERNAL", "UNKNOWN"]).toContain(result.status);
        expect(result.mayHaveExecuted).toBe(true);
      });

      test("that claim to be compressed are INTERNAL", async () => {
        const result = await resultOf(implementation, (peer, streamId) => {
          peer.sendHeaders(streamId, { ...answerHeaders, "grpc-encoding": "snappy" });
          peer.sendData(streamId, [1, 0, 0, 0, 1, 7]);
          peer.sendHeaders(streamId, { "grpc-status": "0" }, true);
        });
        // grpc-js reads gzip and deflate, and makes UNKNOWN of any other.
        expect(result.status).toBe(isHttp2 ? "INTERNAL" : "UNKNOWN");
        if (isHttp2) expect(result.detail).toContain("compressed");
      });

      test.each([
        [0, "INTERNAL"],
        [1, "INTERNAL"],
        [2, "INTERNAL"],
        [8, "CANCELLED"],
        [11, "RESOURCE_EXHAUSTED"],
        [12, "PERMISSION_DENIED"],
      ] as const)("reset with code %d are %s", async (code, status) => {
        const result = await resultOf(implementation, (peer, streamId) =>
          peer.resetStream(streamId, code),
        );
        expect(result).toMatchObject({ status, mayHaveExecuted: true });
      });

      test("reset as refused were provably not executed", async () => {
        const result = await resultOf(implementation, (peer, streamId) =>
          peer.resetStream(streamId, 7),
        );
        expect(result).toMatchObject({ status: "UNAVAILABLE", mayHaveExecuted: false });
      });

      test("cut off by the connection's end are UNAVAILABLE, and may have been executed", async () => {
        const result = await resultOf(implementation, (peer, streamId) => {
          peer.sendHeaders(streamId, answerHeaders);
          peer.sendData(streamId, [0, 0, 0, 0, 9, 1]);
          peer.socket.end();
        });
        expect(result).toMatchObject({ status: "UNAVAILABLE", mayHaveExecuted: true });
      });
    });

    describe("what the peer is told", () => {
      test("a cancelled call and one beyond its deadline are reset with CANCEL", async () => {
        const { port, peers } = await serveRaw({});
        const channel = open(implementation, port);
        channel.connect();
        expect(await reaches(channel, "ready")).toBe(true);
        const cancel = channel.unary(echo([1]), () => undefined);
        await Bun.sleep(20);
        cancel();
        const late = await unaryResult(channel, echo([1], { timeoutMs: 50 }));
        expect(late).toMatchObject({ status: "DEADLINE_EXCEEDED", mayHaveExecuted: true });
        expect(await within(() => peers[0]?.resets.length === 2)).toBe(true);
        expect(peers[0]?.resets).toEqual([
          [1, 8],
          [3, 8],
        ]);
      });
    });

    describe("a peer that does not speak", () => {
      test("keeps the channel connecting, then broken, until it speaks", async () => {
        let isSilent = true;
        const { port, peers } = await serveRaw({
          onConnection: (peer) => {
            if (!isSilent) peer.sendSettings();
          },
          onCall: (peer, streamId) => peer.answer(streamId),
        });
        const channel = implementation.openChannel(
          { host: "127.0.0.1", port },
          { connectTimeoutMs: 100 },
        );
        cleanups.push(() => channel.close());
        const states = statesOf(channel);
        const startUs = systemClock.nowUs();
        channel.connect();
        const early = unaryResult(channel, echo([1], { timeoutMs: 1000 }));
        expect(await within(() => states.includes("broken"))).toBe(true);
        expect((systemClock.nowUs() - startUs) / 1000).toBeGreaterThanOrEqual(99);
        expect(states.slice(0, 2)).toEqual(["connecting", "broken"]);
        // grpc-js stays with its one attempt, and so does a call that waits for it.
        const status = isHttp2 ? "UNAVAILABLE" : "DEADLINE_EXCEEDED";
        expect(await early).toMatchObject({ status, mayHaveExecuted: false });
        isSilent = false;
        if (!isHttp2) for (const peer of peers) peer.sendSettings();
        expect(await reaches(channel, "ready")).toBe(true);
        expect((await unaryResult(channel, echo([1]))).status).toBe("OK");
        if (isHttp2)
          expect(peers[0]?.socket.readableEnded || peers[0]?.socket.destroyed).toBe(true);
      });

      test("or speaks HTTP/1, or closes at once, is broken and not asked busily", async () => {
        for (const words of ["HTTP/1.1 400 Bad Request\r\n\r\n", ""]) {
          const { port, peers } = await serveRaw({
            onConnection: ({ socket }) => socket.end(words),
          });
          const channel = open(implementation, port);
          channel.connect();
          expect(await reaches(channel, "broken")).toBe(true);
          const result = await unaryResult(channel, echo([1]));
          expect(result).toMatchObject({ status: "UNAVAILABLE", mayHaveExecuted: false });
          const connectionCount = peers.length;
          await Bun.sleep(300);
          // At most one attempt in 40 ms: 50 ms less a fifth.
          expect(peers.length - connectionCount).toBeLessThanOrEqual(9);
          channel.close();
        }
      });
    });

    describe("GOAWAY", () => {
      /** A server whose first connection, on its third call, says GOAWAY with a last stream id. */
      async function serveGoAway(script: { lastStreamId: number; errorCode?: number }) {
        const server = await serveRaw({
          onCall: (peer, streamId) => {
            if (peer !== server.peers[0]) peer.answer(streamId, [2]);
            else if (streamId === 5) peer.goAway(script.lastStreamId, script.errorCode);
          },
        });
        return server;
      }

      async function openReady(port: number): Promise<Channel> {
        const channel = open(implementation, port);
        channel.connect();
        expect(await reaches(channel, "ready")).toBe(true);
        return channel;
      }

      test("lets calls up to the last stream id finish; those above were not executed", async () => {
        const { port, peers } = await serveGoAway({ lastStreamId: 1 });
        const channel = await openReady(port);
        const states = statesOf(channel);
        const calls = [1, 2, 3].map((byte) => unaryResult(channel, echo([byte])));
        for (const call of calls.slice(1)) {
          expect(await call).toMatchObject({ status: "UNAVAILABLE", mayHaveExecuted: false });
        }
        expect(await within(() => peers.length === 2)).toBe(true);
        expect(await reaches(channel, "ready")).toBe(true);
        peers[0]?.answer(1, [1]);
        expect([...((await calls[0])?.response ?? [])]).toEqual([1]);
        expect([...((await unaryResult(channel, echo([1]))).response ?? [])]).toEqual([2]);
        // grpc-js keeps a GOAWAY to itself: its state only shows that it connects again.
        if (isHttp2) expect(states).toEqual(["draining", "ready"]);
        else expect(states).not.toContain("draining");
      });

      test("with an error ends all calls; those up to the last id may have been executed", async () => {
        const { port } = await serveGoAway({ lastStreamId: 1, errorCode: 2 });
        const channel = await openReady(port);
        const calls = [1, 2, 3].map((byte) => unaryResult(channel, echo([byte])));
        const results = await Promise.all(calls);
        expect(results.map(({ status }) => status)).not.toContain("OK");
        expect(results.map(({ mayHaveExecuted }) => mayHaveExecuted)).toEqual([true, false, false]);
        expect(await reaches(channel, "ready")).toBe(true);
      });

      test("in two steps, as gRPC servers drain, refuses nothing that was sent", async () => {
        const { port, peers } = await serveGoAway({ lastStreamId: 2 ** 31 - 1 });
        const channel = await openReady(port);
        const calls = [1, 2, 3].map((byte) => unaryResult(channel, echo([byte])));
        expect(await within(() => peers.length === 2)).toBe(true);
        peers[0]?.goAway(5);
        for (const streamId of [1, 3, 5]) peers[0]?.answer(streamId, [1]);
        const results = await Promise.all(calls);
        expect(results.map(({ status }) => status)).toEqual(["OK", "OK", "OK"]);
      });
    });
  });
}

describe("openHttp2Channel(): draining", () => {
  const [implementation] = implementations;

  test("lasts while calls are open and nobody takes new ones, which fail or wait", async () => {
    const server = await serveRaw({
      // Connections after the first are not spoken to until the test wants it.
      onConnection: (peer) => {
        if (peer === server.peers[0]) peer.sendSettings();
      },
      onCall: (peer, streamId) => {
        if (peer === server.peers[0]) peer.goAway(streamId);
        else peer.answer(streamId, [2]);
      },
    });
    const { port, peers } = server;
    const channel = open(implementation, port);
    channel.connect();
    expect(await reaches(channel, "ready")).toBe(true);
    const states = statesOf(channel);
    const finishing = unaryResult(channel, echo([1]));
    expect(await reaches(channel, "draining")).toBe(true);
    expect(await unaryResult(channel, echo([1]))).toMatchObject({
      status: "UNAVAILABLE",
      mayHaveExecuted: false,
    });
    const waiting = unaryResult(channel, echo([1], { waitForReady: true }));
    peers[0]?.answer(1, [1]);
    expect([...((await finishing).response ?? [])]).toEqual([1]);
    expect(await reaches(channel, "connecting")).toBe(true);
    expect(await within(() => peers.length === 2)).toBe(true);
    peers[1]?.sendSettings();
    expect([...((await waiting).response ?? [])]).toEqual([2]);
    expect(states).toEqual(["draining", "connecting", "ready"]);
    expect(await within(() => peers[0]?.socket.destroyed === true)).toBe(true);
  });

  test("ends broken when the replica is gone by the time its calls have finished", async () => {
    const server = await serveRaw({ onCall: (peer, streamId) => peer.goAway(streamId) });
    const channel = open(implementation, server.port);
    channel.connect();
    expect(await reaches(channel, "ready")).toBe(true);
    const states = statesOf(channel);
    server.refuseConnections();
    const finishing = unaryResult(channel, echo([1]));
    expect(await reaches(channel, "draining")).toBe(true);
    await Bun.sleep(200);
    expect(states).toEqual(["draining"]);
    server.peers[0]?.answer(1, [1]);
    expect((await finishing).status).toBe("OK");
    expect(await reaches(channel, "broken")).toBe(true);
  });
});
