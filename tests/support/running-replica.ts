import type { ExecutionRecord, LedgerRecord } from "../../src/ledger/record.ts";
import { type Replica, type ReplicaOptions, startReplica } from "../../src/replica/replica.ts";
import { TestingClient } from "./testing-client.ts";

/** A replica in this process with a client to it; drained with its scope. */
export class RunningReplica implements AsyncDisposable {
  readonly records: LedgerRecord[];
  readonly replica: Replica;
  readonly client: TestingClient;

  private constructor(replica: Replica, records: LedgerRecord[]) {
    this.replica = replica;
    this.records = records;
    this.client = new TestingClient(replica.addresses[0] ?? "");
  }

  static async start(options: Partial<ReplicaOptions> = {}): Promise<RunningReplica> {
    const records: LedgerRecord[] = [];
    const replica = await startReplica({
      host: "127.0.0.1",
      port: 0,
      graph: { kind: "modular", defaultVertexCount: 50_000 },
      version: "1.2.3",
      ledger: { append: (record) => records.push(record) },
      ...options,
    });
    return new RunningReplica(replica, records);
  }

  executions(): ExecutionRecord[] {
    return this.records.filter((record) => record.kind === "execution");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.client.close();
    await this.replica.drain(100);
  }
}
