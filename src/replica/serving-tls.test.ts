/** TLS between our client and our replica, with real certificates over real sockets. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync } from "node:fs";
import { connect as connectTls } from "node:tls";
import { type Identity, loopbackNames, TestAuthority } from "../../tests/support/certificates.ts";
import { RunningReplica } from "../../tests/support/running-replica.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { writeIdentity, writePem } from "../../tests/support/tls-files.ts";
import { type Clock, systemClock, waitUntil } from "../base/clock.ts";
import { type Channel, type UnaryResult, unaryResult } from "../rpc/channel.ts";
import { healthCheck } from "../rpc/health-service.ts";
import { readCertificates, readIdentity } from "../rpc/pem-files.ts";
import { type ClientTls, channelOpener } from "../rpc/tls-client.ts";
import { readTlsMaterial, type TlsFiles } from "./tls-material.ts";

// Far above what any case takes; a machine with other work may need it.
setDefaultTimeout(60_000);

const dir = tempDir();
afterAll(() => dir[Symbol.dispose]());

const authority = new TestAuthority();
const stranger = new TestAuthority("somebody else");
const ca = writePem(dir.path, "ca", authority.cert);
const roots = readCertificates({ flag: "--cacert", path: ca });
let nameCount = 0;

function written(identity: Identity) {
  return writeIdentity(dir.path, `identity-${nameCount++}`, identity);
}

function identityOf(identity: Identity): ClientTls["identity"] {
  const { cert, key } = written(identity);
  return readIdentity({ cert: { flag: "--cert", path: cert }, key: { flag: "--key", path: key } });
}

const known = identityOf(authority.issue({ commonName: "known" }));
const unknown = identityOf(stranger.issue({ commonName: "unknown" }));
const server = authority.issue({ commonName: "server", names: loopbackNames });

interface Said {
  readonly used: string[];
  readonly refused: string[];
}

/** Looks at files twenty times as often. */
const hastyClock: Clock = {
  nowUs: () => systemClock.nowUs(),
  after: (delayMs, action) => systemClock.after(delayMs / 20, action),
};

async function served(files: TlsFiles): Promise<{ replica: RunningReplica; said: Said }> {
  const said: Said = { used: [], refused: [] };
  const replica = await RunningReplica.start({
    clock: hastyClock,
    tls: {
      files,
      onUsed: ({ identity }, isRenewed) =>
        said.used.push(`${identity.first.subject}${isRenewed ? " renewed" : ""}`),
      onRefused: (why) => said.refused.push(why),
    },
  });
  return { replica, said };
}

const plain = { roots, identity: undefined, skipVerify: false, serverName: undefined };

/** The health of the replica, or why there is no connection to it. */
async function askedOver(
  { port }: { readonly port: number },
  tls: Partial<ClientTls> | undefined,
  host = "localhost",
): Promise<string> {
  const open = channelOpener(tls === undefined ? undefined : { ...plain, ...tls });
  const channel = open({ host, port });
  channel.connect();
  const { status, detail } = await health(channel);
  channel.close();
  return status === "OK" ? status : detail;
}

function health(channel: Channel): Promise<UnaryResult> {
  const request = healthCheck.requestSerialize({ service: "" });
  return unaryResult(channel, { path: healthCheck.path, request, timeoutMs: 15_000 });
}

describe("a server's certificate", () => {
  test("is taken for the host that was asked, name or address", async () => {
    const { replica } = await served({ ...written(server), clientCa: undefined });
    await using _ = replica;
    expect(await askedOver(replica.replica, {})).toBe("OK");
    expect(await askedOver(replica.replica, {}, "127.0.0.1")).toBe("OK");
  });

  test("is taken when what vouches for it is named, without the root above", async () => {
    const { replica } = await served({ ...written(server), clientCa: undefined });
    await using _ = replica;
    const pinned = writePem(dir.path, "pinned", server.cert);
    const itself = readCertificates({ flag: "--cacert", path: pinned });
    expect(await askedOver(replica.replica, { roots: itself })).toBe("OK");
  });

  test("is refused for its CA, unless nothing is verified", async () => {
    const { replica } = await served({ ...written(server), clientCa: undefined });
    await using _ = replica;
    const path = writePem(dir.path, "other-ca", stranger.cert);
    const others = readCertificates({ flag: "--cacert", path });
    expect(await askedOver(replica.replica, { roots: others })).toBe(
      "no connection: TLS handshake failed: " +
        'its certificate was issued by "dfs test CA", which --cacert does not hold',
    );
    expect(await askedOver(replica.replica, { roots: undefined })).toContain(
      "no CA of this system",
    );
    expect(await askedOver(replica.replica, { roots: others, skipVerify: true })).toBe("OK");
  });

  test("is refused for its names, unless the name is said", async () => {
    const identity = authority.issue({ commonName: "x", names: ["db.example", "10.1.2.3"] });
    const { replica } = await served({ ...written(identity), clientCa: undefined });
    await using _ = replica;
    const refused = "its certificate is for db.example, 10.1.2.3, not for";
    expect(await askedOver(replica.replica, {})).toContain(`${refused} localhost`);
    expect(await askedOver(replica.replica, {}, "127.0.0.1")).toContain(`${refused} 127.0.0.1`);
    expect(await askedOver(replica.replica, { serverName: "db.example" })).toBe("OK");
    expect(await askedOver(replica.replica, { serverName: "10.1.2.3" })).toBe("OK");
    expect(await askedOver(replica.replica, { skipVerify: true })).toBe("OK");
  });

  test.each([
    [{ from: -9, to: -3 }, "its certificate expired on "],
    [{ from: 3, to: 9 }, "its certificate is valid from "],
  ])("is refused for its dates: %o", async (validDays, why) => {
    const identity = authority.issue({ commonName: "x", names: loopbackNames, validDays });
    const { replica } = await served({ ...written(identity), clientCa: undefined });
    await using _ = replica;
    expect(await askedOver(replica.replica, {})).toContain(why);
  });
});

describe("plain text", () => {
  test("is not what a server with TLS answers, nor the other way round", async () => {
    const { replica } = await served({ ...written(server), clientCa: undefined });
    await using _ = replica;
    expect(await askedOver(replica.replica, undefined)).toContain("the server may want TLS");
    await using inPlainText = await RunningReplica.start();
    expect(await askedOver(inPlainText.replica, {}, "127.0.0.1")).toContain(
      "it does not answer in TLS; it may serve in plain text",
    );
  });
});

describe("client certificates", () => {
  const mutual = () => served({ ...written(server), clientCa: ca });

  test("of the CA are let in, others and none are not", async () => {
    const { replica } = await mutual();
    await using _ = replica;
    expect(await askedOver(replica.replica, { identity: known })).toBe("OK");
    expect(await askedOver(replica.replica, {})).toContain("it requires a client certificate");
    expect(await askedOver(replica.replica, { identity: unknown })).toContain(
      "it may not accept the client's certificate",
    );
  });

  test("are let in when what vouches for them is named, without the root above", async () => {
    const pinned = writePem(dir.path, "pinned-client", known?.pem ?? "");
    const { replica } = await served({ ...written(server), clientCa: pinned });
    await using _ = replica;
    expect(await askedOver(replica.replica, { identity: known })).toBe("OK");
  });

  test("that are refused get not one byte of an answer, however fast they ask", async () => {
    const { replica } = await mutual();
    await using _ = replica;
    const { pem: cert = "", key = "" } = unknown ?? {};
    const received: Buffer[] = [];
    const socket = connectTls({
      ...{ host: "127.0.0.1", port: replica.replica.port, servername: "localhost" },
      ...{ ca: authority.cert, cert, key, ALPNProtocols: ["h2"] },
    });
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => received.push(bytes));
    socket.once("secureConnect", () => {
      // The preface and empty SETTINGS: any HTTP/2 server would answer these with its own.
      socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    });
    const isClosed = () => socket.closed;
    expect(await waitUntil(systemClock, isClosed, { withinMs: 10_000, everyMs: 10 })).toBe(true);
    expect(received).toEqual([]);
    expect(replica.executions()).toEqual([]);
  });
});

describe("renewed files", () => {
  test("are for new connections, broken ones for none, and old connections go on", async () => {
    const paths = written(server);
    const files = { ...paths, clientCa: undefined };
    const { replica, said } = await served(files);
    await using _ = replica;
    const open = channelOpener({ ...plain, roots });
    const old = open({ host: "localhost", port: replica.replica.port });
    old.connect();
    expect((await health(old)).status).toBe("OK");
    const name = `identity-${nameCount - 1}`;
    const renewed = authority.issue({ commonName: "renewed", names: ["only.example"] });
    writeIdentity(dir.path, name, renewed);
    const soon = { withinMs: 15_000, everyMs: 50 };
    expect(await waitUntil(systemClock, () => said.used.length === 2, soon)).toBe(true);
    expect(said.used).toEqual(["CN=server", "CN=renewed renewed"]);
    expect((await health(old)).status).toBe("OK");
    expect(await askedOver(replica.replica, {})).toContain("for only.example, not for localhost");
    writePem(dir.path, name, "nothing");
    expect(await waitUntil(systemClock, () => said.refused.length === 1, soon)).toBe(true);
    expect(said.refused[0]).toContain("it is no PEM");
    expect(await askedOver(replica.replica, { serverName: "only.example" })).toBe("OK");
    expect((await health(old)).status).toBe("OK");
    old.close();
  });
});

test.skipIf(process.platform === "win32").each([0o644, 0o640, 0o604, 0o620])(
  "a key of mode %o is refused",
  (mode) => {
    const files = { ...written(server), clientCa: undefined };
    chmodSync(files.key, mode);
    const shown = mode.toString(8);
    expect(() => readTlsMaterial(files)).toThrow(
      `--key must be a file that only its owner can use: "${files.key}" has mode ${shown}; ` +
        `chmod 600 ${files.key} mends it`,
    );
  },
);
