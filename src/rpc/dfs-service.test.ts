import { describe, expect, test } from "bun:test";
import { describeGraph, describeReplica, runDfs } from "./dfs-service.ts";
import { healthCheck, healthList, healthWatch } from "./health-service.ts";

describe("dfs-service", () => {
  test("runDfs has the wire form of the original system", () => {
    expect(runDfs.path).toBe("/dfs.DFSService/RunDFS");
    // Field 1 varint 42000 = 0x90 0xc8 0x02; field 2 varint 50000 = 0xd0 0x86 0x03.
    const request = { target: 42_000, numVertices: 50_000 };
    expect([...runDfs.requestSerialize(request)]).toEqual([
      0x08, 0x90, 0xc8, 0x02, 0x10, 0xd0, 0x86, 0x03,
    ]);
    expect(runDfs.requestDeserialize(runDfs.requestSerialize(request))).toEqual(request);
  });

  test("runDfs tells target 0 from no target", () => {
    const zero = runDfs.requestSerialize({ target: 0, numVertices: 0 });
    expect(runDfs.requestDeserialize(zero)).toEqual({ target: 0, numVertices: 0 });
    const none = runDfs.requestSerialize({ numVertices: 0 });
    expect(runDfs.requestDeserialize(none)).toEqual({ numVertices: 0 });
    const negative = runDfs.requestSerialize({ target: -1, numVertices: -5 });
    expect(runDfs.requestDeserialize(negative)).toEqual({ target: -1, numVertices: -5 });
  });

  test("runDfs accepts the deprecated fields and ignores them", () => {
    // use_mpi = true (field 3), then in the response stdout = "x" (field 4).
    expect(runDfs.requestDeserialize(Buffer.from([0x18, 0x01]))).toEqual({ numVertices: 0 });
    expect(runDfs.responseDeserialize(Buffer.from([0x08, 0x01, 0x22, 0x01, 0x78]))).toEqual({
      found: true,
      visitedCount: 0,
      runtimeMs: 0,
    });
  });

  test("responseDeserialize() throws on bytes that are no message", () => {
    expect(() => runDfs.responseDeserialize(Buffer.from([0x08]))).toThrow();
  });

  test("describeGraph refuses more vertices than there are numbers for", () => {
    const described = { edges: 1, source: "x", fingerprint: "", hasNames: false };
    const read = (vertices: number) =>
      describeGraph.responseDeserialize(
        describeGraph.responseSerialize({ vertices, ...described }),
      );
    expect(read(2 ** 31)).toMatchObject({ vertices: 2 ** 31 });
    for (const vertices of [2 ** 31 + 1, 2 ** 53, -1]) {
      expect(() => read(vertices)).toThrow(`${vertices} vertices`);
    }
  });

  test("both methods declare that they change nothing, health checks declare nothing", () => {
    expect(runDfs.idempotency).toBe("no-side-effects");
    expect(describeReplica.idempotency).toBe("no-side-effects");
    expect(healthCheck.idempotency).toBe("unknown");
    expect([healthCheck.responseStream, healthWatch.responseStream]).toEqual([false, true]);
  });

  test("describeReplica carries microseconds without loss", () => {
    const response = { pid: 7, version: "1.2.3", graph: "modular:5", startedUs: 1795390500123456 };
    const bytes = describeReplica.responseSerialize(response);
    expect(describeReplica.responseDeserialize(bytes)).toEqual(response);
  });

  test("health messages survive the wire", () => {
    const status = healthCheck.responseSerialize({ status: "NOT_SERVING" });
    expect(healthCheck.responseDeserialize(status)).toEqual({ status: "NOT_SERVING" });
    const list = { statuses: { "": { status: "SERVING" as const } } };
    expect(healthList.responseDeserialize(healthList.responseSerialize(list))).toEqual(list);
  });
});
