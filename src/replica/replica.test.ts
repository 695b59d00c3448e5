import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { RunningReplica } from "../../tests/support/running-replica.ts";
import { TestingClient } from "../../tests/support/testing-client.ts";
import { limits } from "../base/limits.ts";
import { csrGraphFromNeighbours } from "../graph/csr-graph.ts";
import { graphFromParts } from "../graph/graph-from-parts.ts";
import { describeReplica, runDfs } from "../rpc/dfs-service.ts";
import { pickFreePorts } from "./free-port.ts";

const fixed = {
  kind: "fixed",
  graph: graphFromParts({
    csr: csrGraphFromNeighbours([[2], [], [1]], "path:3"),
    names: undefined,
  }),
} as const;

describe("startReplica()", () => {
  test("answers RunDFS with the known answers", async () => {
    await using running = await RunningReplica.start();
    const { client } = running;
    const found = await client.call(runDfs, { target: 42_000, numVertices: 50_000 });
    expect(found.code).toBe("OK");
    expect(found.response).toMatchObject({ found: true, visitedCount: 341 });
    expect(found.response?.runtimeMs).toBeGreaterThan(0);
    const byDefault = await client.call(runDfs, { target: 1, numVertices: 0 });
    expect(byDefault.response).toMatchObject({ found: true, visitedCount: 18_047 });
    const all = await client.call(runDfs, { numVertices: 0 });
    expect(all.response).toMatchObject({ found: false, visitedCount: 50_000 });
    // modular:2 is 0 <-> 1: both are visited on the way to 1.
    const other = await client.call(runDfs, { target: 1, numVertices: 2 });
    expect(other.response).toMatchObject({ found: true, visitedCount: 2 });
  });

  test("refuses bad input with the status, the field, the rule and the value", async () => {
    await using running = await RunningReplica.start();
    const { client } = running;
    const tooMany = limits.vertexMaxCount + 1;
    const rows = [
      [{ target: 50_000, numVertices: 0 }, "INVALID_ARGUMENT", ["target", "0..49999", "50000"]],
      [{ target: -1, numVertices: 10 }, "INVALID_ARGUMENT", ["target", "modular:10", "0..9", "-1"]],
      [{ numVertices: -5 }, "INVALID_ARGUMENT", ["num_vertices", "0", "-5"]],
      [{ numVertices: tooMany }, "RESOURCE_EXHAUSTED", ["num_vertices", `${tooMany - 1}`]],
    ] as const;
    for (const [request, code, words] of rows) {
      const ended = await client.call(runDfs, request);
      expect(ended.code).toBe(code);
      for (const word of words) expect(ended.message).toContain(word);
    }
    expect(running.executions().map((record) => record.code)).toEqual(rows.map(([, code]) => code));
  });

  test("refuses another size than that of a fixed graph", async () => {
    await using running = await RunningReplica.start({ graph: fixed });
    const { client } = running;
    const ended = await client.call(runDfs, { numVertices: 4 });
    expect(ended.code).toBe("FAILED_PRECONDITION");
    for (const word of ["num_vertices", "3", "path:3", "4"]) expect(ended.message).toContain(word);
    for (const numVertices of [0, 3]) {
      const right = await client.call(runDfs, { target: 1, numVertices });
      expect(right.response).toMatchObject({ found: true, visitedCount: 3 });
    }
  });

  test("writes the execution before the answer leaves, with its id and attempt", async () => {
    await using running = await RunningReplica.start();
    const { client } = running;
    const headers = { "x-request-id": "k3j9x-17", "grpc-previous-rpc-attempts": "2" };
    const pending = client.call(runDfs, { target: 1, numVertices: 0 }, headers).then(() => {
      expect(running.executions()).toHaveLength(1);
    });
    await pending;
    const [execution] = running.executions();
    expect(execution).toMatchObject({
      request: "k3j9x-17",
      attempt: 3,
      code: "OK",
      found: true,
      visited: 18_047,
    });
    expect(execution?.durationUs).toBeGreaterThan(0);
    expect(running.replica.executedCounts.get("OK")).toBe(1);
  });

  test("keeps a hostile request id within its line", async () => {
    await using running = await RunningReplica.start();
    const { client } = running;
    await client.call(runDfs, { numVertices: 0 }, { "x-request-id": "a".repeat(5000) });
    await client.call(
      runDfs,
      { numVertices: 0 },
      { "x-request-id": 'x" code=OK', "grpc-previous-rpc-attempts": "99999999999999" },
    );
    const [long, quoted] = running.executions();
    expect(long?.request).toBe("a".repeat(128));
    expect(quoted).toMatchObject({ request: 'x" code=OK', attempt: 1 });
  });

  test("describes itself", async () => {
    await using running = await RunningReplica.start({ graph: fixed });
    const ended = await running.client.call(describeReplica, {});
    expect(ended.response).toMatchObject({ pid: process.pid, version: "1.2.3", graph: "path:3" });
    expect(ended.response?.startedUs).toBeGreaterThan(1.7e15);
  });

  test("listens for localhost on both loopback addresses with one port", async () => {
    await using running = await RunningReplica.start({ host: "localhost" });
    const { replica } = running;
    expect(replica.addresses).toContain(`127.0.0.1:${replica.port}`);
    expect(replica.endpoint).toEqual({ host: "localhost", port: replica.port });
    for (const address of replica.addresses) {
      using own = new TestingClient(address);
      expect((await own.call(describeReplica, {})).code).toBe("OK");
    }
  });

  test("names the taken port and a free one, whichever loopback address is taken", async () => {
    const [port = 0] = await pickFreePorts("localhost", 1);
    for (const address of ["127.0.0.1", "::1"]) {
      const blocker = createServer();
      const listening = await new Promise<boolean>((resolve) => {
        blocker.once("error", () => resolve(false));
        blocker.listen({ host: address, port }, () => resolve(true));
      });
      // A machine without IPv6 has no ::1 to be taken.
      if (!listening) continue;
      const failure = await RunningReplica.start({ host: "localhost", port }).catch(
        (error) => error,
      );
      expect(failure).toMatchObject({ name: "DfsError", code: "cannot-run" });
      expect(failure.message).toMatch(
        new RegExp(`^Cannot serve on localhost:${port}: port ${port} is taken; port \\d+ is free$`),
      );
      await new Promise((resolve) => blocker.close(resolve));
      // And nothing of the failed start is left behind.
      await using again = await RunningReplica.start({ host: "localhost", port });
      expect(again.replica.port).toBe(port);
    }
  });

  test("says what is wrong with an address that is not this machine's", async () => {
    // 192.0.2.0/24 is reserved for documentation (RFC 5737).
    const failure = await RunningReplica.start({ host: "192.0.2.1" }).catch((error) => error);
    expect(failure).toMatchObject({ name: "DfsError", code: "cannot-run" });
    expect(failure.message).toContain("192.0.2.1 is not an address of this machine");
  });

  test("says in its own words that a host has no address", async () => {
    // The top-level domain "invalid" never resolves (RFC 2606).
    for (const host of ["no-such-host.invalid", "999.1.1.1"]) {
      const failure = await RunningReplica.start({ host, port: 50_051 }).catch((error) => error);
      expect(failure).toMatchObject({ name: "DfsError", code: "cannot-run" });
      expect(failure.message).toBe(
        `Cannot serve on ${host}:50051: no address is known for ${host}; ` +
          "use localhost, or an address of this machine",
      );
    }
  });

  test("finishes the requests in flight when it drains, and then refuses connections", async () => {
    await using running = await RunningReplica.start();
    const { client, replica } = running;
    await client.call(describeReplica, {});
    const calls = Array.from({ length: 20 }, () => client.call(runDfs, { numVertices: 200_000 }));
    await Promise.race(calls);
    const drained = replica.drain(10_000);
    const ended = await Promise.all(calls);
    expect(ended.map((call) => call.response?.visitedCount)).toEqual(Array(20).fill(200_000));
    expect(await drained).toEqual({ finished: true });
    using late = new TestingClient(replica.addresses[0] ?? "");
    expect((await late.call(describeReplica, {})).code).toBe("UNAVAILABLE");
  });
});
