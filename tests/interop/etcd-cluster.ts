import { join } from "node:path";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { unaryResult } from "../../src/rpc/channel.ts";
import { openHttp2Channel } from "../../src/rpc/http2-channel.ts";
import { freePorts } from "../support/free-ports.ts";
import { protoMethods } from "./proto-methods.ts";

const readyWithinMs = 20_000;

export interface EtcdNode {
  readonly name: string;
  /** Where it serves clients. */
  readonly port: number;
}

/** Three nodes of etcd on loopback, their data in `directory`; killed with its scope. */
export class EtcdCluster implements AsyncDisposable {
  readonly nodes: readonly EtcdNode[];
  readonly #children: readonly Bun.Subprocess[];

  private constructor(nodes: readonly EtcdNode[], children: readonly Bun.Subprocess[]) {
    this.nodes = nodes;
    this.#children = children;
  }

  static async start(program: string, directory: string): Promise<EtcdCluster> {
    const ports = await freePorts(6);
    const nodes = [0, 1, 2].map((index) => ({ name: `n${index + 1}`, port: ports[index] ?? 0 }));
    const peerUrl = (index: number) => `http://127.0.0.1:${ports[index + 3]}`;
    const initial = nodes.map(({ name }, index) => `${name}=${peerUrl(index)}`).join(",");
    const children = nodes.map(({ name, port }, index) => {
      const clientUrl = `http://127.0.0.1:${port}`;
      const args = [
        ...["--name", name, "--data-dir", join(directory, name), "--log-level", "error"],
        ...["--listen-client-urls", clientUrl, "--advertise-client-urls", clientUrl],
        ...["--listen-peer-urls", peerUrl(index)],
        ...["--initial-advertise-peer-urls", peerUrl(index)],
        ...["--initial-cluster", initial, "--initial-cluster-state", "new"],
      ];
      return Bun.spawn([program, ...args], {
        cwd: directory,
        stdio: ["ignore", "ignore", "ignore"],
      });
    });
    const cluster = new EtcdCluster(nodes, children);
    try {
      await cluster.leader();
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  /** The node that leads, as they all say. */
  async leader(): Promise<EtcdNode> {
    let leader: EtcdNode | undefined;
    const agreed = async () => {
      const said = await Promise.all(this.nodes.map(({ port }) => statusOf(port)));
      const leaders = new Set(said.map((status) => status?.leader));
      const [id] = leaders;
      if (leaders.size !== 1 || id === undefined || id === "0") return false;
      const index = said.findIndex((status) => status?.header?.memberId === id);
      leader = this.nodes[index];
      return leader !== undefined;
    };
    await waitUntil(systemClock, agreed, { withinMs: readyWithinMs, everyMs: 100 });
    if (leader === undefined) throw new Error(`No leader within ${readyWithinMs} ms`);
    return leader;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await Promise.all(this.#children.map((child) => child.exited));
  }
}

export const etcdProto = join(import.meta.dir, "etcd.proto");

interface Status {
  readonly leader: string;
  readonly header?: { readonly memberId: string };
}

async function statusOf(port: number): Promise<Status | undefined> {
  return (await ask(port, "/etcdserverpb.Maintenance/Status", {})) as Status | undefined;
}

const methodAt = protoMethods(etcdProto);

/** The answer of the node at `port`, 64-bit numbers as text; undefined: not OK. */
export async function ask(port: number, path: string, message: object): Promise<unknown> {
  const method = methodAt(path);
  const channel = openHttp2Channel({ host: "127.0.0.1", port });
  try {
    const request = method.requestSerialize(message);
    const call = { path, request, timeoutMs: 2000, waitForReady: true };
    const { response } = await unaryResult(channel, call);
    return response && method.responseDeserialize(Buffer.from(response));
  } finally {
    channel.close();
  }
}
