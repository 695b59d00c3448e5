import { describe, expect, test } from "bun:test";
import { RunningLink } from "../../../tests/support/running-link.ts";
import { echo, TcpServer, tcpClient } from "../../../tests/support/tcp-peer.ts";
import { sleep, systemClock, waitUntil } from "../../base/clock.ts";
import { seededRandom } from "../../base/random.ts";

const mebibyte = 2 ** 20;
/** More than the kernel buffers of a loopback connection hold, on both halves of a link. */
const floodBytes = 64 * mebibyte;

function randomBytes(byteCount: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: byteCount }, () => Math.floor(random.next() * 256));
}

function digest(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

describe("A transparent link", () => {
  test("passes the same bytes both ways, at either loopback address", async () => {
    using server = await TcpServer.open(echo);
    using link = await RunningLink.open(server.port);
    expect(link.relay.addresses[0]).toBe(`127.0.0.1:${link.port}`);
    const hosts = link.relay.addresses.map((address) => address.replace(/^\[?(.*?)\]?:\d+$/, "$1"));
    for (const [index, host] of hosts.entries()) {
      const client = await tcpClient(link.port, host);
      const bytes = randomBytes(700_000, index);
      client.say(bytes);
      client.socket.end();
      await client.until(({ isClosed }) => isClosed);
      expect(digest(client.heard)).toBe(digest(bytes));
      expect([client.hasHeardEnd, client.error]).toEqual([true, undefined]);
    }
    expect(await waitUntil(systemClock, () => link.relay.openCount === 0, within)).toBe(true);
    expect(link.relay.totals.up.deliveredBytes).toBe(700_000 * hosts.length);
    expect(link.relay.totals.down.deliveredBytes).toBe(700_000 * hosts.length);
    expect(link.relay.heldBytes).toBe(0);
  });

  test("passes the end of one half on and keeps the other open", async () => {
    using server = await TcpServer.open();
    using link = await RunningLink.open(server.port);
    const [client, peer] = await link.pair(server);
    client.say("question");
    client.socket.end();
    await peer.until(({ hasHeardEnd }) => hasHeardEnd);
    expect(peer.text).toBe("question");
    await sleep(systemClock, 100);
    expect([client.hasHeardEnd, client.isClosed]).toEqual([false, false]);
    peer.say("answer");
    peer.socket.end();
    await client.until(({ isClosed }) => isClosed);
    expect([client.text, client.error]).toEqual(["answer", undefined]);

    const [other, otherPeer] = await link.pair(server);
    otherPeer.socket.end();
    await other.until(({ hasHeardEnd }) => hasHeardEnd);
    other.say("still here");
    await otherPeer.until(({ text }) => text === "still here");
    other.socket.end();
    await otherPeer.until(({ isClosed }) => isClosed);
    expect(otherPeer.error).toBeUndefined();
  });

  test("passes a reset on as a reset, both ways", async () => {
    using server = await TcpServer.open();
    using link = await RunningLink.open(server.port);
    const [client, peer] = await link.pair(server);
    client.say("hello");
    await peer.until(({ text }) => text === "hello");
    client.reset();
    await peer.until(({ isClosed }) => isClosed);
    expect(peer.error).toBe("ECONNRESET");

    const [other, otherPeer] = await link.pair(server);
    otherPeer.reset();
    await other.until(({ isClosed }) => isClosed);
    expect([other.error, other.hasHeardEnd]).toEqual(["ECONNRESET", false]);
    expect(await waitUntil(systemClock, () => link.relay.openCount === 0, within)).toBe(true);
  });

  test("passes the client's end on to a server that was killed in between", async () => {
    using server = await TcpServer.open(echo);
    using link = await RunningLink.open(server.port);
    const [client, peer] = await link.pair(server);
    peer.socket.destroy();
    await client.until(({ hasHeardEnd }) => hasHeardEnd);
    client.say("into the void");
    await client.until(({ isClosed }) => isClosed || client.error !== undefined);
    expect(client.error === "ECONNRESET" || client.error === "EPIPE").toBe(true);
  });

  test("resets clients while nothing listens at the server's port, and serves once it does", async () => {
    const gone = await TcpServer.open();
    const { port } = gone;
    gone[Symbol.dispose]();
    using link = await RunningLink.open(port);
    const client = await link.client();
    client.say("anybody?");
    await client.until(({ isClosed }) => isClosed);
    expect([client.error, link.unreachableCount]).toEqual(["ECONNRESET", 1]);
    using _server = await TcpServer.open(echo, port);
    const again = await link.client();
    again.say("hello");
    await again.until(({ text }) => text === "hello");
    again.reset();
  });

  test("does not wait for more to send: small packets travel alone", async () => {
    using server = await TcpServer.open(echo);
    using link = await RunningLink.open(server.port);
    const client = await link.client();
    const startUs = systemClock.nowUs();
    for (let count = 1; count <= 50; count++) {
      // Two writes that Nagle's algorithm would keep apart by an acknowledgement, 40 ms each.
      client.say("a");
      client.say("b");
      await client.until(({ heardCount }) => heardCount === 2 * count);
    }
    expect((systemClock.nowUs() - startUs) / 1000).toBeLessThan(1500);
    client.reset();
  });

  test.each(["up", "down"] as const)(
    "reads no more %s than the other end takes, and loses nothing of it",
    async (way) => {
      using server = await TcpServer.open();
      using link = await RunningLink.open(server.port);
      const [client, peer] = await link.pair(server);
      const [talker, slow] = way === "up" ? [client, peer] : [peer, client];
      slow.socket.pause();
      const flood = new Uint8Array(floodBytes).fill(7);
      talker.socket.end(flood);
      const before = process.memoryUsage().rss;
      await sleep(systemClock, 500);
      // The kernel's buffers take some; the link itself at most what it reads at once.
      expect(link.relay.totals[way].deliveredBytes).toBeLessThan(floodBytes / 2);
      expect(link.relay.heldBytes).toBeLessThan(2 * mebibyte);
      expect(process.memoryUsage().rss - before).toBeLessThan(floodBytes / 2);
      slow.socket.resume();
      await slow.until(({ hasHeardEnd }) => hasHeardEnd, 20_000);
      expect(slow.heardCount).toBe(floodBytes);
      talker.reset();
    },
    30_000,
  );

  test("a half-closed client gets the whole of a long answer that it reads slowly", async () => {
    using server = await TcpServer.open();
    using link = await RunningLink.open(server.port);
    const [client, peer] = await link.pair(server);
    client.socket.end("all of it, please");
    await peer.until(({ hasHeardEnd }) => hasHeardEnd);
    client.socket.pause();
    peer.socket.end(new Uint8Array(floodBytes));
    await sleep(systemClock, 300);
    client.socket.resume();
    await client.until(({ isClosed }) => isClosed, 20_000);
    expect([client.heardCount, client.error]).toEqual([floodBytes, undefined]);
  }, 30_000);

  test("keeps 200 connections apart, some of which end abruptly", async () => {
    using server = await TcpServer.open(echo);
    using link = await RunningLink.open(server.port);
    const clients = await Promise.all(Array.from({ length: 200 }, () => link.client()));
    const expected = clients.map((_, index) => `${index};`.repeat(2000));
    for (const [index, client] of clients.entries()) client.say(expected[index] ?? "");
    for (const [index, client] of clients.entries()) {
      if (index % 10 === 0) {
        client.reset();
        continue;
      }
      client.socket.end();
      await client.until(({ isClosed }) => isClosed);
      expect(client.text === expected[index]).toBe(true);
    }
    expect(await waitUntil(systemClock, () => link.relay.openCount === 0, within)).toBe(true);
    expect([link.relay.totals.connectionCount, link.relay.heldBytes]).toEqual([200, 0]);
  });

  test("resets what is open when it is closed, and refuses what comes then", async () => {
    using server = await TcpServer.open();
    using link = await RunningLink.open(server.port);
    const [client, peer] = await link.pair(server);
    link.relay.close();
    await client.until(({ isClosed }) => isClosed);
    await peer.until(({ isClosed }) => isClosed);
    expect([client.error, peer.error]).toEqual(["ECONNRESET", "ECONNRESET"]);
    expect([client.hasHeardEnd, peer.hasHeardEnd]).toEqual([false, false]);
    expect((await link.client()).error).toBe("ECONNREFUSED");
  });

  test("says that its port is taken", async () => {
    using server = await TcpServer.open();
    using link = await RunningLink.open(server.port);
    await expect(RunningLink.open(server.port, link.port)).rejects.toThrow(
      `Cannot listen on localhost:${link.port}: port ${link.port} is taken`,
    );
  });
});

const within = { withinMs: 5000, everyMs: 5 };
