import { join } from "node:path";
import { type DfsProcess, type Ended, runDfs, startDfs } from "../../support/dfs-process.ts";
import { freePorts } from "../../support/free-ports.ts";
import type { WineHost } from "./wine-host.ts";

type Wine = Exclude<WineHost, { missing: string }>;

export interface ReplicaInWine extends AsyncDisposable {
  readonly port: number;
  /** As Windows numbers it. */
  readonly pid: number;
  readonly process: DfsProcess;
}

/** dfs.exe, under Wine, in an empty directory. */
export class DfsInWine {
  readonly #wine: Wine;

  constructor(wine: Wine) {
    this.#wine = wine;
  }

  get directory(): string {
    return this.#wine.directory;
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): DfsProcess {
    const { wine, executable, environment, directory } = this.#wine;
    // Set on Linux alone, and Windows has no such directory.
    const all = { ...environment, XDG_RUNTIME_DIR: "", ...env };
    return startDfs(args, { cwd: directory, env: all, command: [wine, executable] });
  }

  async run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    await using started = this.start(args, env);
    return await started.exited(40_000);
  }

  /** `dfs fault ...` with the ledger of that name. */
  fault(kind: string, args: readonly string[], ledger = "fault.log"): Promise<Ended> {
    return this.run(["fault", kind, ...args, "--logfile", ledger]);
  }

  /**
   * A replica that serves by the time this resolves, on IPv4 alone unless `host` says otherwise: of
   * IPv6 sockets this Wine never tells the owner.
   */
  async serve(host = "127.0.0.1"): Promise<ReplicaInWine> {
    const [port = 0] = await freePorts(1);
    const preload = `--preload Z:${join(import.meta.dir, "tell-owners.ts")}`;
    const args = ["serve", "--host", host, "--port", String(port)];
    const process = this.start(args, { BUN_OPTIONS: preload });
    try {
      const [, pid = ""] = await process.waitFor(/serving \S+ \(pid (\d+)\)/, 20_000);
      await this.#owned(port);
      const end = () => process[Symbol.asyncDispose]();
      return { port, pid: Number(pid), process, [Symbol.asyncDispose]: end };
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Resolves when the owner of the port is told. */
  async #owned(port: number): Promise<void> {
    for (let look = 0; look < 10; look++) {
      const { status, stderr } = await this.run([
        "fault",
        "crash",
        "--port",
        String(port),
        "--dry-run",
      ]);
      if (status === 0 || /processes listen there/.test(stderr)) return;
    }
    throw new Error(`The owner of port ${port} is never told`);
  }

  /** Whether the replica answers a client of this host, be that Linux or Windows. */
  async answers({ port }: ReplicaInWine): Promise<boolean> {
    const { status } = await runDfs(["check", "--replicas", `127.0.0.1:${port}`], {
      cwd: this.directory,
    });
    return status === 0;
  }
}
