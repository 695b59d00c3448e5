import { describe, expect, test } from "bun:test";
import { DfsError } from "../../base/errors.ts";
import { atMillis } from "./buckets.ts";
import { admitScrape } from "./metrics-guard.ts";
import { startMetricsServer } from "./metrics-server.ts";
import { openMetrics } from "./open-metrics.ts";
import { ServeMetrics, showServeFigures } from "./serve-metrics.ts";

describe("admitScrape()", () => {
  const get = { method: "GET", path: "/metrics", host: "localhost:9000" };
  const loopback = { port: 9000, isLoopback: true };
  test.each([
    [get, "metrics"],
    [{ ...get, method: "HEAD", host: "127.0.0.1:9000" }, "metrics"],
    [{ ...get, path: "/" }, "index"],
    [{ ...get, path: "/other" }, 404],
    [{ ...get, method: "POST" }, 405],
    [{ ...get, host: "rebound.example:9000" }, 403],
    [{ ...get, host: null }, 403],
  ])("answers %p with %p", (asked, expected) => {
    const scrape = admitScrape(asked, loopback);
    expect<string | number>("to" in scrape ? scrape.to : scrape.status).toBe(expected);
  });

  test("elsewhere than on loopback its machine's names are its own affair", () => {
    const asked = { ...get, host: "replica-3.example:9000" };
    expect(admitScrape(asked, { ...loopback, isLoopback: false })).toEqual({ to: "metrics" });
  });
});

describe("startMetricsServer()", () => {
  test("serves what a replica says of itself and of its calls", async () => {
    const book = await openMetrics({ version: "1.2.3" });
    const metrics = new ServeMetrics(book);
    const method = { service: "dfs.DFSService", method: "RunDFS" };
    const connectionCounts = { accepted: 5, closed: 2, refused: 1, pingedOut: 0 };
    const jobCounts = { searchesRunning: 1, searchesQueued: 4, traversals: 2 };
    const graph = { spec: "path:3", fingerprint: "0123456789abcdef", vertexCount: 3, edgeCount: 2 };
    showServeFigures(book, { connectionCounts, jobCounts, graph });
    for (let count = 0; count < 3; count++) metrics.begun(method);
    metrics.ended(method, "OK", 2000);
    metrics.ended(method, "RESOURCE_EXHAUSTED", 100);
    const server = startMetricsServer({ host: "localhost", port: 0 }, book);
    try {
      const answer = await fetch(server.url);
      expect(answer.headers.get("content-type")).toContain("text/plain; version=0.0.4");
      const lines = (await answer.text()).split("\n");
      const labels = 'grpc_service="dfs.DFSService",grpc_method="RunDFS"';
      expect(lines).toEqual(
        expect.arrayContaining([
          `grpc_server_handled_total{${labels},grpc_code="OK"} 1`,
          `grpc_server_handled_total{${labels},grpc_code="RESOURCE_EXHAUSTED"} 1`,
          `grpc_server_in_flight{${labels}} 1`,
          `grpc_server_handling_seconds_bucket{le="0.0025",${labels}} 2`,
          "dfs_serve_connections 3",
          "dfs_serve_connections_refused_total 1",
          "dfs_serve_searches_queued 4",
          "dfs_serve_graph_edges 2",
          'dfs_serve_graph_info{graph="path:3",fingerprint="0123456789abcdef"} 1',
          'dfs_build_info{version="1.2.3"} 1',
        ]),
      );
      expect(lines.some((line) => line.startsWith("process_resident_memory_bytes "))).toBe(true);
      expect((await fetch(server.url, { method: "POST" })).status).toBe(405);
    } finally {
      await server.close();
    }
  });

  test("says that a port is taken", async () => {
    const metrics = { contentType: "text/plain", text: async () => "" };
    const first = startMetricsServer({ host: "localhost", port: 0 }, metrics);
    const port = Number(new URL(first.url).port);
    try {
      const again = () => startMetricsServer({ host: "localhost", port }, metrics);
      expect(again).toThrow(DfsError);
      expect(again).toThrow(`Cannot serve metrics on 127.0.0.1:${port}: port ${port} is taken`);
    } finally {
      await first.close();
    }
  });

  test.each([
    ["evil host", "no address of this machine is known as evil host"],
    ["192.0.2.1", "192.0.2.1 is not an address of this machine"],
  ])("says of a host that is none of this machine's what would be: %s", (host, why) => {
    const metrics = { contentType: "text/plain", text: async () => "" };
    expect(() => startMetricsServer({ host, port: 1024 }, metrics)).toThrow(
      `${why}; use --metrics-host localhost, or 0.0.0.0 for all of them`,
    );
  });
});

test("buckets are 1, 2.5, 5 of each decade, to the digit", () => {
  expect(atMillis(0.5, 100)).toEqual([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1]);
});
