/** nginx and HAProxy between gRPC clients and our replicas. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { runDfs as runMethod } from "../../src/rpc/dfs-service.ts";
import { healthCheck } from "../../src/rpc/health-service.ts";
import { runDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { TestingClient } from "../support/testing-client.ts";
import { openTraversal, readTraversal } from "../support/testing-stream.ts";
import { type ProxyKind, type RunningProxy, startProxy, whyMissing } from "./proxies.ts";

setDefaultTimeout(120_000);

/** Of one connection to nginx, which closes it after 1000 requests. */
const callCount = 800;

/** Two replicas behind a proxy. */
class ProxiedReplicas implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly dir: TempDir;
  #proxy: RunningProxy | undefined;

  private constructor() {
    this.dir = this.#stack.use(tempDir());
  }

  static async start(kind: ProxyKind): Promise<ProxiedReplicas> {
    const proxied = new ProxiedReplicas();
    try {
      const ports = await freePorts(2);
      for (const port of ports) {
        proxied.#stack.use(await startReplica(port, proxied.dir.path));
      }
      proxied.#proxy = proxied.#stack.use(await startProxy(kind, ports, proxied.dir));
      return proxied;
    } catch (error) {
      await proxied[Symbol.asyncDispose]();
      throw error;
    }
  }

  get address(): string {
    return `127.0.0.1:${this.#proxy?.port}`;
  }

  complaints(): Promise<string> {
    return this.#proxy?.complaints() ?? Promise.resolve("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

for (const kind of ["nginx", "haproxy"] as const) {
  const missing = await whyMissing(kind);
  if (missing !== undefined) {
    console.log(`SKIPPED, NOTHING PROVED: no ${kind} before our replicas (${missing})`);
  }

  describe.skipIf(missing !== undefined)(`behind ${kind}`, () => {
    test("a stock client is answered every call, and reads a whole traversal", async () => {
      await using proxied = await ProxiedReplicas.start(kind);
      using client = new TestingClient(proxied.address);
      const ends: Record<string, number> = {};
      for (let batch = 0; batch < callCount / 20; batch++) {
        const calls = Array.from({ length: 10 }, () => [
          client.call(runMethod, { target: 42_000, numVertices: 0 }),
          client.call(healthCheck, { service: "no-such-service" }),
        ]).flat();
        for (const { code } of await Promise.all(calls)) ends[code] = (ends[code] ?? 0) + 1;
      }
      expect(ends).toEqual({ OK: callCount / 2, NOT_FOUND: callCount / 2 });
      const traversed = await readTraversal(openTraversal(client, { numVertices: 0 }));
      expect(traversed).toMatchObject({ code: "OK" });
      expect(new Set(traversed.vertices).size).toBe(50_000);
      expect(await proxied.complaints()).toBe("");
    });

    test("a load and its streams are VERIFIED, and a query is answered", async () => {
      await using proxied = await ProxiedReplicas.start(kind);
      const dfs = async (...args: readonly string[]) => {
        const options = { cwd: proxied.dir.path, withinMs: 60_000 };
        return await runDfs([...args, "--replicas", proxied.address], options);
      };
      // More requests than nginx lets pass over one connection.
      const load = await dfs("load", "--rate", "150", "--duration", "8");
      expect(load).toMatchObject({ status: 0 });
      expect(load.stdout).toMatch(/1200 scheduled = 1200 ok/);
      const streams = await dfs("load", "--mode", "stream", "--duration", "2");
      expect(streams).toMatchObject({ status: 0 });
      const query = await dfs("query", "--order");
      expect(query).toMatchObject({ status: 0 });
      expect(query.stdout.trim().split("\n")).toHaveLength(50_000);
      expect(await proxied.complaints()).not.toContain("invalid");
    });
  });
}
