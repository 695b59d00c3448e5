import { afterEach, describe, expect, test } from "bun:test";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { systemClock, waitUntil } from "../base/clock.ts";
import type { Channel, ChannelState } from "./channel.ts";
import { openGrpcChannel } from "./grpc-channel.ts";

const raw = (bytes: Buffer) => bytes;
const echoPath = "/test.Echo/Call";
const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A server that echoes, keeps silent on an empty request, and rejects one that begins with 0. */
async function serve(port = 0): Promise<{ port: number; stop: () => void }> {
  const server = new Server();
  const method = {
    path: echoPath,
    requestStream: false,
    responseStream: false,
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  } as const;
  server.addService(
    { call: method },
    {
      call(
        call: { request: Buffer },
        answer: (error: { code: number; details: string } | null, response?: Buffer) => void,
      ) {
        if (call.request.length === 0) return;
        if (call.request[0] === 0) answer({ code: status.NOT_FOUND, details: "no zero" });
        else answer(null, call.request);
      },
    },
  );
  const boundPort = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const stop = () => server.forceShutdown();
  cleanups.push(stop);
  return { port: boundPort, stop };
}

function open(port: number): Channel {
  const channel = openGrpcChannel({ host: "127.0.0.1", port });
  cleanups.push(() => channel.close());
  return channel;
}

function call(channel: Channel, bytes: readonly number[], timeoutMs = 5000) {
  return channel.unary({ path: echoPath, request: new Uint8Array(bytes), timeoutMs });
}

function reaches(channel: Channel, state: ChannelState): Promise<boolean> {
  return waitUntil(systemClock, () => channel.state === state, { withinMs: 5000, everyMs: 5 });
}

describe("openGrpcChannel()", () => {
  test("carries bytes there and back", async () => {
    const channel = open((await serve()).port);
    const result = await call(channel, [1, 2, 3]).result;
    expect(result.status).toBe("OK");
    expect([...(result.response ?? [])]).toEqual([1, 2, 3]);
  });

  test("gives the application's status and its text", async () => {
    const channel = open((await serve()).port);
    const result = await call(channel, [0]).result;
    expect(result).toMatchObject({ status: "NOT_FOUND", detail: "no zero", isFromPeer: true });
  });

  test("ends a call without an answer when its time is over", async () => {
    const channel = open((await serve()).port);
    const result = await call(channel, [], 100).result;
    expect(result).toMatchObject({
      status: "DEADLINE_EXCEEDED",
      mayHaveExecuted: true,
      isFromPeer: false,
    });
  });

  test("ends a cancelled call with CANCELLED", async () => {
    const channel = open((await serve()).port);
    channel.connect();
    await reaches(channel, "ready");
    const pending = call(channel, []);
    pending.cancel();
    expect(await pending.result).toMatchObject({ status: "CANCELLED", isFromPeer: false });
  });

  test("knows that a call refused for want of a connection was not executed", async () => {
    const { port, stop } = await serve();
    stop();
    const result = await call(open(port), [1]).result;
    expect(result).toMatchObject({ status: "UNAVAILABLE", mayHaveExecuted: false });
  });

  test("cannot rule out execution when the connection breaks under a call", async () => {
    const { port, stop } = await serve();
    const channel = open(port);
    channel.connect();
    await reaches(channel, "ready");
    const pending = call(channel, []);
    await Bun.sleep(50);
    stop();
    const result = await pending.result;
    expect(result.isFromPeer).toBe(false);
    expect(result.mayHaveExecuted).toBe(true);
  });

  test("tells of lost and refused connections without any call, and reconnects by itself", async () => {
    const { port, stop } = await serve();
    const channel = open(port);
    const seen: ChannelState[] = [];
    channel.onStateChange((state) => seen.push(state));
    channel.connect();
    expect(await reaches(channel, "ready")).toBe(true);
    stop();
    expect(await reaches(channel, "broken")).toBe(true);
    await serve(port);
    expect(await reaches(channel, "ready")).toBe(true);
    expect(seen.at(-1)).toBe("ready");
  });

  test("waits for a connection when the call asks for it", async () => {
    const { port, stop } = await serve();
    stop();
    const channel = open(port);
    channel.connect();
    await reaches(channel, "broken");
    const pending = channel.unary({
      path: echoPath,
      request: new Uint8Array([7]),
      timeoutMs: 5000,
      waitForReady: true,
    });
    await serve(port);
    expect((await pending.result).status).toBe("OK");
  });
});
