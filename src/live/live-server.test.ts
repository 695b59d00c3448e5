import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { connect, createServer, type Socket } from "node:net";
import { sleep, systemClock, waitUntil } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { EventLog } from "./event-log.ts";
import {
  type LiveServer,
  refuseTakenLivePort,
  startLiveServer,
  usualLivePort,
} from "./live-server.ts";

const html = "<!doctype html><title>dfs</title><script>follow()</script>";

let log: EventLog;
let server: LiveServer;
const sockets: Socket[] = [];

beforeEach(() => {
  log = new EventLog("run");
  server = startLiveServer({ port: "alone", html, log, clock: systemClock });
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

function publish(data: string): void {
  log.append("update", data);
  server.notify();
}

/** Speaks HTTP by hand, so that any header can be sent; what came back so far is in `text`. */
async function raw(path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") {
  const { host, port } = new URL(server.url);
  const lines = Object.entries({ Host: host, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const socket = connect(Number(port), "127.0.0.1");
  sockets.push(socket);
  const answer = { socket, text: "", isClosed: false };
  socket.on("data", (data) => {
    answer.text += data.toString();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    answer.isClosed = true;
  });
  socket.write(`${[`${method} ${path} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`);
  return answer;
}

async function until(condition: () => boolean, withinMs = 5000): Promise<void> {
  expect(await waitUntil(systemClock, condition, { withinMs, everyMs: 5 })).toBe(true);
}

/** The data of the updates in the order they came. */
function updates(text: string): string[] {
  return Array.from(text.matchAll(/event: update\ndata: (.*)\n/g), ([, data = ""]) => data);
}

describe("the live server", () => {
  test("serves the page with headers that let nothing else in", async () => {
    const response = await fetch(server.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(html);
    const { headers } = response;
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'sha");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test.each<[string, string, Readonly<Record<string, string>>, number]>([
    ["POST", "/", {}, 405],
    ["PUT", "/events", {}, 405],
    ["GET", "/", { Host: "evil.example" }, 403],
    ["GET", "/events", { Host: "evil.example" }, 403],
    ["GET", "/events", { Origin: "http://evil.example" }, 403],
    ["GET", "/events", { "Sec-Fetch-Site": "cross-site" }, 403],
    ["GET", "/other", {}, 404],
    ["HEAD", "/", {}, 200],
    ["HEAD", "/events", {}, 200],
    ["GET", "/favicon.ico", {}, 204],
  ])("answers %s %s with %j by %p", async (method, path, headers, status) => {
    const answer = await raw(path, headers, method);
    await until(() => answer.text.includes("\r\n\r\n"));
    expect(answer.text).toStartWith(`HTTP/1.1 ${status} `);
  });

  test("says which methods there are", async () => {
    const response = await fetch(server.url, { method: "POST", body: "x" });
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });

  test("gives one who comes late everything, then each update as it is made", async () => {
    publish("1");
    publish("2");
    const answer = await raw("/events");
    await until(() => updates(answer.text).length === 2);
    expect(answer.text).toContain("text/event-stream");
    expect(answer.text.match(/event: anew/g)).toHaveLength(1);
    publish("3");
    await until(() => updates(answer.text).length === 3);
    publish("4");
    await until(() => updates(answer.text).length === 4);
    expect(updates(answer.text)).toEqual(["1", "2", "3", "4"]);
    expect(answer.text.match(/id: run-\d+/g)).toEqual([
      "id: run-1",
      "id: run-2",
      "id: run-3",
      "id: run-4",
    ]);
  });

  test("gives one who comes back only what it has missed", async () => {
    for (const data of ["1", "2", "3"]) publish(data);
    const answer = await raw("/events", { "Last-Event-ID": "run-2" });
    await until(() => updates(answer.text).length > 0);
    expect(updates(answer.text)).toEqual(["3"]);
    expect(answer.text).not.toContain("event: anew");
    const ofOther = await raw("/events", { "Last-Event-ID": "other-2" });
    await until(() => updates(ofOther.text).length === 3);
    expect(ofOther.text).toContain("event: anew");
  });

  test("queues nothing for one who never reads, and hurts nobody else by it", async () => {
    const idle = await raw("/events");
    publish("first");
    await until(() => idle.text.includes("first"));
    idle.socket.pause();
    const reading = await raw("/events");
    Bun.gc(true);
    const beforeBytes = process.memoryUsage().rss;
    // 400 MB in all; the log itself keeps 64 MB of them.
    const large = "x".repeat(1_000_000);
    for (let event = 1; event <= 400; event++) {
      publish(`${event} ${large}`);
      if (event % 10 === 0) await until(() => reading.text.includes(`data: ${event} `));
      if (event % 10 === 0) reading.text = "";
    }
    // What was read and thrown away is no queue, though the process may not have noticed yet.
    Bun.gc(true);
    const grownBytes = process.memoryUsage().rss - beforeBytes;
    expect(grownBytes).toBeLessThan(250_000_000);
    expect(idle.isClosed).toBe(false);
  }, 30_000);

  test("takes no more readers than it may, and takes one again when one has left", async () => {
    publish("1");
    const readers = await Promise.all(
      Array.from({ length: limits.liveClientMaxCount }, () => raw("/events")),
    );
    await until(() => readers.every(({ text }) => updates(text).length === 1));
    const refused = await raw("/events");
    await until(() => refused.text.includes("\r\n\r\n"));
    expect(refused.text).toStartWith("HTTP/1.1 503 ");
    readers[0]?.socket.destroy();
    await until(() => readers[0]?.isClosed === true);
    await sleep(systemClock, 50);
    const next = await raw("/events");
    await until(() => updates(next.text).length === 1);
  });

  test("gives everybody the last event before it ends", async () => {
    const answer = await raw("/events");
    publish("1");
    await until(() => updates(answer.text).length === 1);
    log.append("final", "over");
    const url = server.url;
    await server.close();
    await until(() => answer.isClosed);
    expect(answer.text).toContain("event: final\ndata: over\n");
    // The terminating chunk: an end in order, not a broken connection.
    expect(answer.text).toEndWith("0\r\n\r\n");
    expect(fetch(url)).rejects.toThrow();
  });

  test("ends within its bound though one never reads", async () => {
    const idle = await raw("/events");
    idle.socket.pause();
    for (let event = 0; event < 60; event++) publish("x".repeat(1_000_000));
    await sleep(systemClock, 50);
    const beginUs = systemClock.nowUs();
    await server.close();
    expect(systemClock.nowUs() - beginUs).toBeLessThan((limits.liveFarewellMs + 1000) * 1000);
  });
});

describe("the live server's port", () => {
  test("is the one given; taken, it cannot run and says so", async () => {
    const taken = createServer();
    await new Promise<void>((ready) => taken.listen(0, "127.0.0.1", ready));
    const address = taken.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const start = () => startLiveServer({ port, html, log, clock: systemClock });
    expect(start).toThrow(DfsError);
    expect(start).toThrow(`port ${port} is taken on 127.0.0.1`);
    await expect(refuseTakenLivePort(port)).rejects.toThrow(`port ${port} is taken on 127.0.0.1`);
    await new Promise((done) => taken.close(done));
    const started = start();
    expect(started.url).toBe(`http://127.0.0.1:${port}/`);
    await started.close();
  });

  test("is a free one when none is given and the usual one is taken", async () => {
    const other = startLiveServer({ port: "alone", html, log, clock: systemClock });
    const ports = [server, other].map(({ url }) => Number(new URL(url).port));
    expect(new Set(ports).size).toBe(2);
    // The usual one is the first's, unless somebody else on this machine has it.
    expect(ports[1]).not.toBe(usualLivePort);
    await other.close();
  });
});
