import { connect } from "node:net";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { freePorts } from "../support/free-ports.ts";
import { killForSure } from "../support/process-state.ts";
import type { TempDir } from "../support/temp-dir.ts";

const installWithinMs = 180_000;

/** Debian keeps servers off a user's path. */
function toolPath(tool: string): string | null {
  return Bun.which(tool, { PATH: `${process.env["PATH"]}:/usr/sbin` });
}

/** Undefined when `tool` is there, or apt could install it; else why not. */
export async function whyMissing(tool: string): Promise<string | undefined> {
  if (toolPath(tool) !== null) return undefined;
  if (Bun.which("apt-get") === null) return `no ${tool}, and no apt to install it`;
  if (process.getuid?.() !== 0) return `no ${tool}, and only root may install it`;
  const install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", tool];
  for (const step of [["apt-get", "update", "-qq"], install]) {
    const child = Bun.spawn(step, {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", "ignore", "ignore"],
      timeout: installWithinMs,
      killSignal: "SIGKILL",
    });
    if ((await child.exited) !== 0) return `${step.join(" ")} failed`;
  }
  return toolPath(tool) === null ? `apt installed no ${tool}` : undefined;
}

/** A running proxy that passes gRPC on to replicas; ended with its scope. */
export interface RunningProxy extends AsyncDisposable {
  readonly port: number;
  /** What it has complained of. */
  complaints(): Promise<string>;
}

export type ProxyKind = "nginx" | "haproxy";

interface Site {
  readonly port: number;
  readonly upstreams: readonly number[];
  readonly dir: TempDir;
}

const configs: Readonly<Record<ProxyKind, (site: Site) => string>> = {
  nginx: ({ port, upstreams, dir }) => `
    daemon off;
    worker_processes 1;
    pid ${dir.file("nginx.pid")};
    error_log ${dir.file("nginx.log")} error;
    events {}
    http {
      access_log off;
      ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((kind) => `${kind}_temp_path ${dir.file(kind)};`)
        .join(" ")}
      upstream replicas {
        ${upstreams.map((upstream) => `server 127.0.0.1:${upstream};`).join(" ")}
        keepalive 8;
      }
      server {
        listen 127.0.0.1:${port} http2;
        location / { grpc_pass grpc://replicas; }
      }
    }`,
  haproxy: ({ port, upstreams }) => `
global
  maxconn 200
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend replicas_in
  bind 127.0.0.1:${port} proto h2
  default_backend replicas
backend replicas
${upstreams.map((upstream) => `  server r${upstream} 127.0.0.1:${upstream} proto h2`).join("\n")}
`,
};

const commands: Readonly<Record<ProxyKind, (config: string) => readonly string[]>> = {
  nginx: (config) => ["-c", config],
  haproxy: (config) => ["-db", "-f", config],
};

export async function startProxy(
  kind: ProxyKind,
  upstreams: readonly number[],
  dir: TempDir,
): Promise<RunningProxy> {
  const [port = 0] = await freePorts(1);
  const config = dir.file(`${kind}.conf`);
  await Bun.write(config, configs[kind]({ port, upstreams, dir }));
  const child = Bun.spawn([toolPath(kind) ?? kind, ...commands[kind](config)], {
    cwd: dir.path,
    stdio: ["ignore", "ignore", Bun.file(dir.file(`${kind}.stderr`))],
  });
  const complaints = async () => {
    const files = [`${kind}.log`, `${kind}.stderr`].map((name) => Bun.file(dir.file(name)));
    const texts = files.map(async (file) => ((await file.exists()) ? await file.text() : ""));
    return (await Promise.all(texts)).join("");
  };
  const end = async () => {
    child.kill("SIGTERM");
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
    await waitUntil(systemClock, hasEnded, { withinMs: 5000, everyMs: 10 });
    if (!hasEnded()) killForSure(child.pid);
    await child.exited;
  };
  const listens = await waitUntil(systemClock, () => answers(port), {
    withinMs: 10_000,
    everyMs: 20,
  });
  if (!listens) {
    await end();
    throw new Error(`${kind} does not listen:\n${await complaints()}`);
  }
  return { port, complaints, [Symbol.asyncDispose]: end };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
