import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync } from "node:fs";
import { loopbackNames, TestAuthority } from "../support/certificates.ts";
import { runDfs, startDfs } from "../support/dfs-process.ts";
import { expectNothingLost, readReport } from "../support/read-report.ts";
import { tempDir } from "../support/temp-dir.ts";
import { writeIdentity, writePem } from "../support/tls-files.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

const keys = tempDir();
afterAll(() => keys[Symbol.dispose]());

const authority = new TestAuthority();
const ca = writePem(keys.path, "ca", authority.cert);
const server = writeIdentity(
  keys.path,
  "server",
  authority.issue({ commonName: "server", names: loopbackNames }),
);
const client = writeIdentity(keys.path, "client", authority.issue({ commonName: "client" }));
const serveTls = ["--cert", server.cert, "--key", server.key, "--client-ca", ca];
const trusted = ["--cacert", ca];
const mutual = [...trusted, "--cert", client.cert, "--key", client.key];

describe("replicas with TLS that require client certificates", () => {
  test("lose nothing through a crash, and are queried, but not without a certificate", async () => {
    using dir = tempDir();
    const at = { cwd: dir.path };
    const several = ["--num-replicas", "2", "--restart", "on-crash", "--restart-delay", "500ms"];
    await using supervisor = startDfs(["serve", "--port", "0", ...several, ...serveTls], at);
    const serving = / replica localhost:(\d+) serving [\s\S]* replica localhost:(\d+) serving /;
    const [, port = "", second = ""] = await supervisor.waitFor(serving, 30_000);
    const replicas = ["--replicas", `localhost:${port},127.0.0.1:${second}`];
    const wait = ["check", ...replicas, ...mutual, "--wait", "20"];
    expect((await runDfs(wait, at)).status).toBe(0);
    expect(supervisor.stdout).toContain("client certificates required");

    const fault = ["--fault", `crash:${port}@1s`];
    const load = await runDfs(["load", ...replicas, ...mutual, "--duration", "3", ...fault], at);
    expect(load.stdout).toContain("TLS: yes, verified, client certificate yes");
    expect(load.status).toBe(0);
    const { run } = await readReport(dir.path);
    expectNothingLost(run);
    expect(run.verdict.result).toBe("verified");
    const records = await dir.read("client.log");
    expect(records).toContain('config.tls="yes, verified, client certificate yes"');
    expect(records).not.toContain(keys.path);

    const query = ["query", ...replicas, "--target", "42000"];
    expect((await runDfs([...query, ...mutual], at)).stdout).toContain("341 vertices visited");
    const refused = await runDfs([...query, ...trusted, "--deadline", "2s"], at);
    expect(refused.status).toBe(5);
    const cause = "TLS handshake failed: it requires a client certificate";
    // Once for each replica, however often it was tried again, and so in the last words.
    expect(refused.stderr.split(cause)).toHaveLength(5);
  });
});

describe("what is refused before anything starts, with 2", () => {
  test.each([
    [["check", "--replicas", "localhost:1", "--cacert", server.key], "it holds a private key"],
    [["load", "--replicas", "localhost:1", "--cert", client.cert], "--cert needs --key"],
    [["query", "--replicas", "localhost:1", "--cacert", "nowhere"], "there is no such file"],
    [["serve", "--port", "0", "--cert", server.cert, "--key", client.key], "is not the key of"],
  ])("dfs %j", async (words, why) => {
    using dir = tempDir();
    const { status, stdout, stderr } = await runDfs(words, { cwd: dir.path });
    expect(stderr).toContain(why);
    expect([status, stdout]).toEqual([2, ""]);
  });

  test.skipIf(process.platform === "win32")("a key that others can read", async () => {
    using dir = tempDir();
    const identity = authority.issue({ commonName: "open", names: loopbackNames });
    const { cert, key } = writeIdentity(dir.path, "open", identity);
    chmodSync(key, 0o644);
    const words = ["serve", "--port", "0", "--cert", cert, "--key", key];
    const { status, stderr } = await runDfs(words, { cwd: dir.path });
    expect(status).toBe(2);
    expect(stderr).toContain(`chmod 600 ${key} mends it`);
  });
});
