import { describe, expect, test } from "bun:test";
import { RunningLink } from "../../../tests/support/running-link.ts";
import { echo, type TcpPeer, TcpServer } from "../../../tests/support/tcp-peer.ts";
import { sleep, systemClock } from "../../base/clock.ts";
import { limits } from "../../base/limits.ts";

const kibibyte = 1024;

/** Milliseconds until so many bytes more have been heard after `say`. */
async function answerMs(client: TcpPeer, what: string | Uint8Array): Promise<number> {
  const wantedCount = client.heardCount + what.length;
  const startUs = systemClock.nowUs();
  client.say(what);
  await client.until(({ heardCount }) => heardCount >= wantedCount, 20_000);
  return (systemClock.nowUs() - startUs) / 1000;
}

async function silent(peer: TcpPeer, forMs = 200): Promise<boolean> {
  const before = peer.heardCount;
  await sleep(systemClock, forMs);
  return peer.heardCount === before && !peer.hasHeardEnd && !peer.isClosed;
}

describe("Latency", () => {
  test.each([
    ["both", 200],
    ["up", 100],
    ["down", 100],
  ] as const)(
    "%s adds %p ms to a round trip, on open connections too",
    async (direction, addedMs) => {
      using server = await TcpServer.open(echo);
      using link = await RunningLink.open(server.port);
      const open = await link.client();
      await answerMs(open, "first");
      link.begin({ latencyMs: 100, direction });
      const client = await link.client();
      for (const each of [open, client]) {
        const tookMs = await answerMs(each, "slow");
        expect(tookMs).toBeGreaterThanOrEqual(addedMs);
        expect(tookMs).toBeLessThan(addedMs * 3);
      }
      link.end();
      expect(await answerMs(open, "prompt")).toBeLessThan(90);
    },
  );

  test("costs no throughput: what is sent together arrives together", async () => {
    using server = await TcpServer.open(echo);
    using link = await RunningLink.open(server.port);
    link.begin({ latencyMs: 100, jitterMs: 20 });
    const client = await link.client();
    // One at a time, these reads alone would take many seconds.
    expect(await answerMs(client, new Uint8Array(16 * 2 ** 20))).toBeLessThan(2000);
  });
});

test("a slow link that is flooded by many holds a bounded part of it", async () => {
  using server = await TcpServer.open();
  using link = await RunningLink.open(server.port);
  link.begin({ latencyMs: 1000 });
  const clients = await Promise.all(Array.from({ length: 16 }, () => link.client()));
  const flood = new Uint8Array(16 * 2 ** 20);
  for (const client of clients) client.say(flood);
  let heldMaxBytes = 0;
  for (let look = 0; look < 100; look++) {
    await sleep(systemClock, 10);
    heldMaxBytes = Math.max(heldMaxBytes, link.relay.heldBytes);
  }
  expect(heldMaxBytes).toBeGreaterThan(limits.linkHeldTotalMaxBytes / 2);
  // Beyond the bound each may hold what it reads at once.
  expect(heldMaxBytes).toBeLessThan(limits.linkHeldTotalMaxBytes + 16 * 2 ** 20);
});

describe("Bandwidth", () => {
  test.each(["up", "down"] as const)(
    "limits what goes %s, all connections together",
    async (way) => {
      using server = await TcpServer.open();
      using link = await RunningLink.open(server.port);
      link.begin({ bandwidthBytesPerS: 256 * kibibyte, direction: way });
      const pairs = [await link.pair(server), await link.pair(server)];
      const flood = new Uint8Array(128 * kibibyte);
      const startUs = systemClock.nowUs();
      const ears = pairs.map(([client, peer]) => {
        const [talker, ear] = way === "up" ? [client, peer] : [peer, client];
        talker.say(flood);
        return ear;
      });
      await sleep(systemClock, 500);
      // Both get on, whoever came first.
      for (const ear of ears) expect(ear.heardCount).toBeGreaterThan(20 * kibibyte);
      for (const ear of ears) await ear.until(({ heardCount }) => heardCount === flood.length);
      const tookMs = (systemClock.nowUs() - startUs) / 1000;
      expect(tookMs).toBeGreaterThan(900);
      expect(tookMs).toBeLessThan(3000);
      const [client, peer] = await link.pair(server);
      const [talker, ear] = way === "up" ? [peer, client] : [client, peer];
      const backUs = systemClock.nowUs();
      talker.say(new Uint8Array(512 * kibibyte));
      await ear.until(({ heardCount }) => heardCount === 512 * kibibyte);
      expect((systemClock.nowUs() - backUs) / 1000).toBeLessThan(900);
    },
  );
});

describe("Corruption", () => {
  test.each(["up", "down"] as const)("changes its share of the bytes that go %s", async (way) => {
    using server = await TcpServer.open();
    using link = await RunningLink.open(server.port);
    link.begin({ corruptShare: 0.01, direction: way });
    const [client, peer] = await link.pair(server);
    client.say(new Uint8Array(100_000));
    peer.say(new Uint8Array(100_000));
    for (const each of [client, peer]) await each.until(({ heardCount }) => heardCount === 100_000);
    const changedCount = ({ heard }: TcpPeer) => heard.filter((byte) => byte !== 0).length;
    const [hit, spared] = way === "up" ? [peer, client] : [client, peer];
    expect(changedCount(spared)).toBe(0);
    expect(changedCount(hit)).toBeGreaterThan(800);
    expect(changedCount(hit)).toBeLessThan(1200);
    expect(link.relay.totals[way].corruptedBytes).toBe(changedCount(hit));
  });
});

describe("A blackhole", () => {
  test("takes connections that the server never hears of, and never answers", async () => {
    using server = await TcpServer.open(echo);
    using link = await RunningLink.open(server.port);
    link.begin({ blackhole: true });
    const client = await link.client();
    client.say("hello?");
    client.socket.end();
    expect([await silent(client), client.error, server.peers.length]).toEqual([true, undefined, 0]);
    link.end();
    await client.until(({ isClosed }) => isClosed);
    expect([client.error, server.peers.length]).toEqual(["ECONNRESET", 0]);
    const next = await link.client();
    await answerMs(next, "served again");
  });

  test("silences open connections, and resets those that lost something when it ends", async () => {
    using server = await TcpServer.open();
    using link = await RunningLink.open(server.port);
    const [talking, talkingPeer] = await link.pair(server);
    const [idle, idlePeer] = await link.pair(server);
    const [leaving, leavingPeer] = await link.pair(server);
    link.begin({ blackhole: true });
    talking.say("lost");
    talkingPeer.say("lost");
    leaving.reset();
    const peers = [talking, talkingPeer, idle, idlePeer, leavingPeer];
    const silences = await Promise.all(peers.map((peer) => silent(peer)));
    expect(silences).toEqual(peers.map(() => true));
    link.end();
    for (const peer of [talking, talkingPeer, leavingPeer]) {
      await peer.until(({ isClosed }) => isClosed);
      expect([peer.error, peer.heardCount]).toEqual(["ECONNRESET", 0]);
    }
    idle.say("whole");
    await idlePeer.until(({ text }) => text === "whole");
    expect(link.relay.totals.resetCount).toBe(2);
  });

  test("connects those that said nothing once it is over", async () => {
    using server = await TcpServer.open(echo);
    using link = await RunningLink.open(server.port);
    link.begin({ blackhole: true });
    const client = await link.client();
    await sleep(systemClock, 100);
    link.end();
    await answerMs(client, "patient");
  });

  test("of one direction swallows that alone", async () => {
    using server = await TcpServer.open();
    using link = await RunningLink.open(server.port);
    const [client, peer] = await link.pair(server);
    link.begin({ blackhole: true, direction: "down" });
    peer.say("never heard");
    client.say("heard");
    await peer.until(({ text }) => text === "heard");
    expect(await silent(client)).toBe(true);
    // Even a new one reaches the server.
    const [, newPeer] = await link.pair(server);
    expect(newPeer.isClosed).toBe(false);
  });

  test("of one direction hides a client's end until the server talks to nobody", async () => {
    using server = await TcpServer.open();
    using link = await RunningLink.open(server.port);
    const [client, peer] = await link.pair(server);
    link.begin({ blackhole: true, direction: "up" });
    client.reset();
    expect(await silent(peer)).toBe(true);
    peer.say("anybody?");
    await peer.until(({ isClosed }) => isClosed);
    expect(peer.error).toBe("ECONNRESET");
  });

  test("swallows a flood without holding it", async () => {
    using server = await TcpServer.open();
    using link = await RunningLink.open(server.port);
    const [client] = await link.pair(server);
    link.begin({ blackhole: true });
    client.say(new Uint8Array(32 * 2 ** 20));
    await client.until(() => link.relay.totals.up.swallowedBytes === 32 * 2 ** 20);
    expect(link.relay.heldBytes).toBe(0);
  });
});

describe("A reset", () => {
  test("ends open connections at both ends, and every new one, until it is over", async () => {
    using server = await TcpServer.open(echo);
    using link = await RunningLink.open(server.port);
    const [client, peer] = await link.pair(server);
    link.begin({ reset: true });
    for (const each of [client, peer]) {
      await each.until(({ isClosed }) => isClosed);
      expect([each.error, each.hasHeardEnd]).toEqual(["ECONNRESET", false]);
    }
    const next = await link.client();
    await next.until(({ isClosed }) => isClosed);
    expect([next.error, server.peers.length]).toEqual(["ECONNRESET", 1]);
    expect(link.relay.totals.resetCount).toBe(2);
    link.end();
    await answerMs(await link.client(), "served again");
  });
});

describe("Refusal", () => {
  test("refuses new connections and leaves open ones alone, until it is over", async () => {
    using server = await TcpServer.open(echo);
    using link = await RunningLink.open(server.port);
    const open = await link.client();
    await answerMs(open, "before");
    link.begin({ refuse: true });
    expect((await link.client()).error).toBe("ECONNREFUSED");
    await answerMs(open, "meanwhile");
    link.end();
    await answerMs(await link.client(), "served again");
  });

  test("together with a reset looks like a crash", async () => {
    using server = await TcpServer.open(echo);
    using link = await RunningLink.open(server.port);
    const [client] = await link.pair(server);
    link.begin({ refuse: true, reset: true });
    await client.until(({ isClosed }) => isClosed);
    expect([client.error, (await link.client()).error]).toEqual(["ECONNRESET", "ECONNREFUSED"]);
  });
});
