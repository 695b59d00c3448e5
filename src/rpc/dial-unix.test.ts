import { expect, test } from "bun:test";
import { join } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { systemClock, waitUntil } from "../base/clock.ts";
import { unaryResult } from "./channel.ts";
import { openHttp2Channel } from "./http2-channel.ts";

const raw = (bytes: Buffer) => bytes;
const path = "/test.Echo/Call";
const call = { path, request: new Uint8Array([1, 2]), timeoutMs: 5000 };

/** Returns the authorities that it was called by. */
async function startEcho(socket: string): Promise<{ server: Server; hosts: string[] }> {
  const hosts: string[] = [];
  const server = new Server();
  const method = { path, requestStream: false, responseStream: false };
  server.addService(
    {
      Call: {
        ...method,
        ...{ requestSerialize: raw, requestDeserialize: raw },
        ...{ responseSerialize: raw, responseDeserialize: raw },
      },
    },
    {
      Call: (
        asked: { request: Buffer; getHost(): string },
        answer: (error: null, response: Buffer) => void,
      ) => {
        hosts.push(asked.getHost());
        answer(null, asked.request);
      },
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
  return { server, hosts };
}

test.skipIf(process.platform === "win32")(
  "a channel to a socket of the file system calls, loses its server, and finds the next",
  async () => {
    using dir = tempDir();
    const socket = join(dir.path, "echo.sock");
    const channel = openHttp2Channel({ path: socket });
    channel.connect();
    await waitUntil(systemClock, () => channel.state === "broken", { withinMs: 5000, everyMs: 5 });
    const { detail } = await unaryResult(channel, call);
    expect(detail).toContain("ENOENT");
    const first = await startEcho(socket);
    const answered = await unaryResult(channel, { ...call, waitForReady: true });
    expect([answered.status, [...(answered.response ?? [])]]).toEqual(["OK", [1, 2]]);
    first.server.forceShutdown();
    await waitUntil(systemClock, () => channel.state !== "ready", { withinMs: 5000, everyMs: 5 });
    const second = await startEcho(socket);
    const again = await unaryResult(channel, { ...call, waitForReady: true });
    expect(again.status).toBe("OK");
    expect([...first.hosts, ...second.hosts]).toEqual(["localhost", "localhost"]);
    channel.close();
    second.server.forceShutdown();
  },
);

test.skipIf(process.platform === "win32")(
  "a channel that is closed while it dials leaves nothing",
  async () => {
    using dir = tempDir();
    const channel = openHttp2Channel({ path: join(dir.path, "none.sock") });
    channel.connect();
    channel.close();
    await Bun.sleep(20);
    expect((await unaryResult(channel, call)).status).toBe("CANCELLED");
  },
);
