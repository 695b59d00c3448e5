import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { type Child, endChild, startChild } from "./children.ts";
import type { ProxyName } from "./contestants.ts";

export interface ProxyOptions {
  readonly port: number;
  readonly replicaPorts: readonly number[];
  readonly dir: string;
  readonly deadlineMs: number;
  /** Where the program lies. */
  readonly program: string;
}

/** The proxy, listening; both fail over after 100 ms of silence. */
export async function startProxy(name: ProxyName, options: ProxyOptions): Promise<Child> {
  const { dir, port, program } = options;
  const configPath = join(dir, `${name}.conf`);
  writeFileSync(configPath, configs[name](options));
  const words = {
    haproxy: [program, "-db", "-q", "-f", configPath],
    nginx: [program, "-p", dir, "-e", join(dir, "nginx-error.log"), "-c", configPath],
  };
  const child = startChild(words[name], { cwd: dir, stderrPath: join(dir, `${name}.stderr`) });
  const isOpen = () => accepts(port);
  if (await waitUntil(systemClock, isOpen, { withinMs: 5000, everyMs: 20 })) return child;
  await endChild(child);
  throw new Error(`${name} did not open its port: see ${name}.stderr and nginx-error.log`);
}

async function accepts(port: number): Promise<boolean> {
  try {
    const socket = { data: () => undefined };
    (await Bun.connect({ hostname: "127.0.0.1", port, socket })).end();
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

const configs: Readonly<Record<ProxyName, (options: ProxyOptions) => string>> = {
  haproxy: haproxyConfig,
  nginx: nginxConfig,
};

/**
 * The check is a gRPC request to a method that does not exist: any live server answers it with
 * HTTP 200, a suspended one does not. A mere TCP check is answered by the kernel.
 */
function haproxyConfig({ port, replicaPorts, deadlineMs }: ProxyOptions): string {
  const check = "check proto h2 inter 100ms fastinter 100ms downinter 100ms fall 1 rise 1";
  // Without a host, Node's HTTP/2 server resets the stream.
  const headers = "hdr host replica hdr content-type application/grpc hdr te trailers";
  return `global
  maxconn 4000
defaults
  mode http
  option redispatch 1
  retries 3
  retry-on all-retryable-errors
  timeout connect 100ms
  timeout check 100ms
  timeout server 100ms
  timeout client ${deadlineMs * 2}ms
  timeout queue ${deadlineMs}ms
frontend clients
  bind 127.0.0.1:${port} proto h2
  default_backend replicas
backend replicas
  balance roundrobin
  option httpchk
  http-check connect proto h2
  http-check send meth POST uri /dfs.DFSService/Check ver HTTP/2.0 ${headers}
  http-check expect status 200
${replicaPorts
  .map(
    (replica) =>
      `  server r${replica} 127.0.0.1:${replica} ${check} on-marked-down shutdown-sessions`,
  )
  .join("\n")}
`;
}

/** One process, in the foreground, that writes nowhere but into the run's directory. */
function nginxConfig({ port, replicaPorts, dir }: ProxyOptions): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `  ${kind}_temp_path ${join(dir, `nginx-${kind}`)};`)
    .join("\n");
  return `daemon off;
master_process off;
pid ${join(dir, "nginx.pid")};
events { worker_connections 1024; }
http {
  access_log off;
${temporary}
  upstream replicas {
${replicaPorts
  .map((replica) => `    server 127.0.0.1:${replica} max_fails=1 fail_timeout=1s;`)
  .join("\n")}
    keepalive 32;
    keepalive_requests 1000000;
  }
  server {
    listen 127.0.0.1:${port} http2;
    keepalive_requests 1000000;
    location / {
      grpc_pass grpc://replicas;
      grpc_connect_timeout 100ms;
      grpc_read_timeout 100ms;
      grpc_send_timeout 100ms;
      grpc_next_upstream error timeout http_502 http_503 http_504 non_idempotent;
      grpc_next_upstream_tries 3;
    }
  }
}
`;
}
