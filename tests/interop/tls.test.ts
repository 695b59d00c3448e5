/** TLS with peers that are not ours: Python's grpcio, both ways, and openssl. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { loopbackNames, TestAuthority } from "../support/certificates.ts";
import { runDfs, startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { tempDir } from "../support/temp-dir.ts";
import { writeIdentity, writePem } from "../support/tls-files.ts";
import { installPython } from "./python-client.ts";

setDefaultTimeout(150_000);

const installed = await installPython();
const openssl = Bun.which("openssl");
if ("missing" in installed) {
  console.log(`SKIPPED, NOTHING PROVED: no Python with gRPC for TLS (${installed.missing})`);
}
if (openssl === null) console.log("SKIPPED, NOTHING PROVED: no openssl on the path for TLS");

const keys = tempDir();
afterAll(() => {
  keys[Symbol.dispose]();
});

const authority = new TestAuthority();
const ca = writePem(keys.path, "ca", authority.cert);
const server = writeIdentity(
  keys.path,
  "server",
  authority.issue({ commonName: "server", names: loopbackNames }),
);
const client = writeIdentity(keys.path, "client", authority.issue({ commonName: "client" }));
const serveTls = ["--cert", server.cert, "--key", server.key, "--client-ca", ca];
const mutual = ["--cacert", ca, "--cert", client.cert, "--key", client.key];
const script = join(import.meta.dir, "tls_peer.py");
const proto = join(import.meta.dir, "original.proto");

async function replicaOver(port: number, cwd: string) {
  const replica = startDfs(["serve", "--port", String(port), ...serveTls], { cwd });
  await replica.waitFor(/ serving /);
  return replica;
}

async function outputOf(command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  return `${stdout}\n${stderr}`;
}

describe.skipIf("missing" in installed)("grpcio", () => {
  const python = "python" in installed ? installed.python : "";

  test("as a client gets its answer with a certificate, and none without", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await replicaOver(port, dir.path);
    const ask = [python, script, "client", `localhost:${port}`, proto, ca];
    expect(await outputOf([...ask, client.cert, client.key])).toContain(
      '{"code": "OK", "visited_count": 341}',
    );
    expect(await outputOf(ask)).toContain('"code": "UNAVAILABLE"');
  });

  test("as a server is driven by a load that is verified, and refuses one unknown", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    const serve = [script, "serve", String(port), proto, ca, server.cert, server.key];
    await using peer = startDfs(serve, { cwd: dir.path, command: [python] });
    await peer.waitFor(/serving on/, 60_000);
    const load = ["load", "--replicas", `127.0.0.1:${port}`, "--duration", "2"];
    const driven = await runDfs([...load, ...mutual], { cwd: dir.path });
    expect(driven.stdout).toContain("TLS: yes, verified, client certificate yes");
    expect(driven.stdout).toContain("VERIFIED");
    expect(driven.status).toBe(0);
    const check = ["check", "--replicas", `127.0.0.1:${port}`, "--cacert", ca];
    const { status, stdout } = await runDfs(check, { cwd: dir.path });
    expect(status).toBe(1);
    expect(stdout).toMatch(/TLS handshake failed: it .*client certificate/);
  });
});

describe.skipIf(openssl === null)("openssl", () => {
  test("verifies a replica's chain and agrees on HTTP/2, by TLS 1.2 and 1.3 alone", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await replicaOver(port, dir.path);
    const own = ["-CAfile", ca, "-cert", client.cert, "-key", client.key];
    const connect = ["s_client", "-connect", `127.0.0.1:${port}`, "-alpn", "h2", ...own];
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const said = await outputOf([openssl ?? "", ...connect, version]);
      expect(said).toContain("Verify return code: 0 (ok)");
      expect(said).toContain("ALPN protocol: h2");
    }
    const old = await outputOf([openssl ?? "", ...connect, "-tls1_1"]);
    expect(old).not.toContain("ALPN protocol: h2");
  });
});
