import { describe, expect, test } from "bun:test";
import { TestingClient } from "../../tests/support/testing-client.ts";
import { systemClock, waitUntil } from "../base/clock.ts";
import { healthCheck, healthList, healthWatch, type ServingStatus } from "../rpc/health-service.ts";
import { startReplica } from "./replica.ts";

function start() {
  return startReplica({
    host: "127.0.0.1",
    port: 0,
    graph: { kind: "modular", defaultVertexCount: 10 },
    version: "1",
  });
}

/** Collects what a Watch stream says until it ends. */
function watch(client: TestingClient, service: string) {
  const seen = { statuses: [] as ServingStatus[], ended: undefined as number | undefined };
  const stream = client.client.makeServerStreamRequest(
    healthWatch.path,
    healthWatch.requestSerialize,
    healthWatch.responseDeserialize,
    { service },
  );
  stream.on("data", (message: { status: ServingStatus }) => seen.statuses.push(message.status));
  stream.on("status", (status: { code: number }) => {
    seen.ended = status.code;
  });
  stream.on("error", (error: { code: number }) => {
    seen.ended = error.code;
  });
  return { seen, cancel: () => stream.cancel() };
}

const soon = { withinMs: 5000, everyMs: 5 };

describe("Health", () => {
  test("answers Check for the server and the service, NOT_FOUND for any other", async () => {
    const replica = await start();
    using client = new TestingClient(replica.addresses[0] ?? "");
    for (const service of ["", "dfs.DFSService"]) {
      const ended = await client.call(healthCheck, { service });
      expect(ended.response).toEqual({ status: "SERVING" });
    }
    const unknown = await client.call(healthCheck, { service: "dfs.Other" });
    expect(unknown.code).toBe("NOT_FOUND");
    expect(unknown.message).toContain("dfs.Other");
    const list = await client.call(healthList, {});
    expect(list.response?.statuses).toEqual({
      "": { status: "SERVING" },
      "dfs.DFSService": { status: "SERVING" },
    });
    await replica.drain(1000);
  });

  test("tells watchers NOT_SERVING, then ends their streams to let it drain", async () => {
    const replica = await start();
    using client = new TestingClient(replica.addresses[0] ?? "");
    const known = watch(client, "dfs.DFSService");
    const unknown = watch(client, "dfs.Other");
    const left = watch(client, "");
    const all = [known, unknown, left];
    const told = () => all.every(({ seen }) => seen.statuses.length === 1);
    expect(await waitUntil(systemClock, told, soon)).toBe(true);
    expect(known.seen.statuses).toEqual(["SERVING"]);
    expect(unknown.seen.statuses).toEqual(["SERVICE_UNKNOWN"]);
    left.cancel();
    const ended = () => left.seen.ended !== undefined;
    expect(await waitUntil(systemClock, ended, soon)).toBe(true);
    const drained = replica.drain(5000);
    // Whoever watches is told first and still served while it turns elsewhere.
    const heard = () => known.seen.statuses.length === 2;
    expect(await waitUntil(systemClock, heard, { withinMs: 5000, everyMs: 1 })).toBe(true);
    const asked = await client.call(healthCheck, { service: "" });
    expect([asked.code, asked.response?.status]).toEqual(["OK", "NOT_SERVING"]);
    expect(await drained).toEqual({ finished: true });
    const bothEnded = () => known.seen.ended !== undefined && unknown.seen.ended !== undefined;
    expect(await waitUntil(systemClock, bothEnded, soon)).toBe(true);
    expect(known.seen).toEqual({ statuses: ["SERVING", "NOT_SERVING"], ended: 0 });
  });
});
