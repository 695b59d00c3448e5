import { expect, test } from "bun:test";
import { RunningReplica } from "../../tests/support/running-replica.ts";
import { systemClock } from "../base/clock.ts";
import { parseTarget } from "../base/target.ts";
import { resolveTargets } from "../failover/resolve-targets.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { openHttp2Channel } from "../rpc/http2-channel.ts";
import { driveLoad, type LoadObserver } from "./drive-load.ts";
import type { LoadConfig } from "./load-config.ts";
import { constantProfile } from "./load-profile.ts";

const silent = () => undefined;
const unwatched: LoadObserver = {
  ...{ onPreflight: silent, onSubject: silent, onAttemptFailure: silent, onOtherGraph: silent },
  ...{ onReplicaChange: silent, onUnresolved: silent, onSettled: silent, onSecond: silent },
  ...{ onGap: silent, onStreamEnded: silent, onFlow: silent },
};

function configOf(targets: Pick<LoadConfig, "replicas" | "names">): LoadConfig {
  return {
    ...targets,
    ...{ durationMs: 3000, deadlineMs: 10_000, attemptTimeoutMs: undefined, policy: "adaptive" },
    profile: constantProfile(20, 3000),
    seed: 1,
    question: { target: { vertex: 5 }, source: undefined, numVertices: undefined },
    ...{ verify: "answer", mode: "unary", streams: undefined, call: undefined },
  };
}

// Only Linux answers on every address of 127.0.0.0/8 unasked.
test.skipIf(process.platform !== "linux")(
  "a load goes on with the addresses that its name has come to have, if they serve its graph",
  async () => {
    const graph = { kind: "modular", defaultVertexCount: 100 } as const;
    await using first = await RunningReplica.start({ host: "127.0.0.1", graph });
    const { port } = first.replica;
    await using _second = await RunningReplica.start({ host: "127.0.0.2", port, graph });
    const other = { ...graph, defaultVertexCount: 77 };
    await using _other = await RunningReplica.start({ host: "127.0.0.3", port, graph: other });
    let addresses = ["127.0.0.1"];
    const resolve = async () => addresses;
    const targets = [parseTarget(`dns:///search:${port}`)];
    const { endpoints, names } = await resolveTargets(targets, { resolve, clock: systemClock });
    const records: LedgerRecord[] = [];
    const others: string[] = [];
    const totals = await driveLoad({
      run: "r",
      config: configOf({ replicas: endpoints, names }),
      openChannel: openHttp2Channel,
      resolve,
      ledger: { append: (record) => records.push(record) },
      lostRecordCount: () => 0,
      observer: {
        ...unwatched,
        onSubject: () => {
          addresses = ["127.0.0.2", "127.0.0.3"];
          void first.replica.drain(0);
        },
        onOtherGraph: (text) => others.push(text),
      },
      clock: systemClock,
      signal: new AbortController().signal,
    });
    expect(totals).toMatchObject({ scheduled: 60, ok: 60 });
    const served = new Set(records.flatMap((each) => (each.kind === "ok" ? [each.endpoint] : [])));
    expect([...served]).toContain(`127.0.0.2:${port}`);
    expect([...served]).not.toContain(`127.0.0.3:${port}`);
    const changes = records.flatMap((each) =>
      each.kind === "replica" && each.cause.includes("search") ? [each] : [],
    );
    expect(changes.map(({ endpoint, state, cause }) => [endpoint, state, cause])).toEqual([
      [`127.0.0.2:${port}`, "probing", `resolved from dns:///search:${port}`],
      [`127.0.0.3:${port}`, "probing", `resolved from dns:///search:${port}`],
      [`127.0.0.1:${port}`, "down", `no longer an address of dns:///search:${port}`],
    ]);
    expect(others).toHaveLength(1);
    expect(others[0]).toStartWith(
      `replica 127.0.0.3:${port} has come and gets no requests, with another graph than this run's`,
    );
  },
  20_000,
);
