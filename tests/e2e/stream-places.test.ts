import { expect, setDefaultTimeout, test } from "bun:test";
import { limits } from "../../src/base/limits.ts";
import type { CallEnd, Channel, StreamControl } from "../../src/rpc/channel.ts";
import { traverse } from "../../src/rpc/dfs-service.ts";
import { openHttp2Channel } from "../../src/rpc/http2-channel.ts";
import { runDfs, startDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { readReport } from "../support/read-report.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

const placeCount = limits.traversalMaxCount;

test("a stream that finds no place is lost, and shown while it waits", async () => {
  const [port = 0] = await freePorts(1);
  using dir = tempDir();
  await using _replica = await startReplica(port, dir.path);
  // None is over before the load is, and none reads so slowly that it would lose its place.
  const streams = ["--streams", String(placeCount + 2), "--stream-rate", "20000"];
  const args = ["load", "--replicas", `localhost:${port}`, "--mode", "stream", ...streams];
  const graph = ["--num-vertices", "300000"];
  const load = await runDfs([...args, ...graph, "--duration", "3"], { cwd: dir.path });
  expect({ status: load.status, stderr: load.stderr }).toEqual({ status: 1, stderr: "" });
  expect(load.stdout).toMatch(/Second 2: .* 2 stand still \(RESOURCE_EXHAUSTED\)/);
  const why = /✗ Stream #\d+ .* FAILED after 0 vertices, .* as many traversals are under way/g;
  expect(load.stdout.match(why)).toHaveLength(2);
  const { run } = await readReport(dir.path);
  expect(run.streams).toMatchObject({ stopped: placeCount, failed: 2, lost: 2 });
  expect(run.verdict.result).toBe("not-verified");
});

test("readers that have stopped give up their places, and can go on", async () => {
  const [port = 0] = await freePorts(1);
  using dir = tempDir();
  const served = ["serve", "--port", String(port), "--graph", "path:1000000"];
  await using replica = startDfs(served, { cwd: dir.path });
  await replica.waitFor(/ serving path:1000000/, 30_000);
  const readers = Array.from({ length: placeCount }, () => new StoppedReader(port));
  try {
    await Promise.all(readers.map(({ begun }) => begun));
    const query = ["query", "--order", "--replicas", `localhost:${port}`];
    const impatient = await runDfs([...query, "--deadline", "2s"], { cwd: dir.path });
    expect(impatient.status).toBe(5);
    expect(impatient.stderr).toMatch(/No vertex came .* RESOURCE_EXHAUSTED .* ask again in \d+ ms/);
    const patient = await runDfs([...query, "--deadline", "20s"], { cwd: dir.path });
    expect({ status: patient.status, lines: patient.stdout.split("\n").length }).toEqual({
      ...{ status: 0, lines: 1_000_001 },
    });
    expect(patient.stderr).toContain("1000000 vertices in");
    for (const reader of readers) reader.resume();
    const evicted = await Promise.race(readers.map(({ ended }) => ended));
    expect(evicted).toMatchObject({ status: "RESOURCE_EXHAUSTED", pushback: limits.pushbackMinMs });
    expect(evicted.detail).toContain("go on with resume_after");
  } finally {
    for (const reader of readers) reader.close();
  }
});

/** Traverses, over a connection of its own, and stops reading after the first message. */
class StoppedReader {
  readonly begun: Promise<void>;
  readonly ended: Promise<CallEnd>;
  readonly #channel: Channel;
  readonly #control: StreamControl;
  #isResumed = false;

  constructor(port: number) {
    const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<CallEnd>()];
    this.begun = begun.promise;
    this.ended = ended.promise;
    this.#channel = openHttp2Channel({ host: "localhost", port });
    this.#control = this.#channel.stream(
      {
        path: traverse.path,
        requests: [traverse.requestSerialize({ numVertices: 0 })],
        timeoutMs: 60_000,
      },
      {
        onMessage: () => {
          if (!this.#isResumed) this.#control.pause();
          begun.resolve();
        },
        onEnd(end) {
          begun.reject(new Error(`ended before it began: ${end.status}: ${end.detail}`));
          ended.resolve(end);
        },
      },
    );
  }

  resume(): void {
    this.#isResumed = true;
    this.#control.resume();
  }

  close(): void {
    this.#control.cancel();
    this.#channel.close();
  }
}
