/**
 * gRPC's interoperation test cases, by the names of its list, for our client against the test
 * server of grpc-go.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import type { CallEnd, Channel, StreamControl } from "../../src/rpc/channel.ts";
import { unaryResult } from "../../src/rpc/channel.ts";
import { openHttp2Channel } from "../../src/rpc/http2-channel.ts";
import { freePorts } from "../support/free-ports.ts";
import { buildGoPrograms } from "./go-programs.ts";
import { protoMethods } from "./proto-methods.ts";
import { startRecordingProxy } from "./recording-proxy.ts";

const serverPackage = "google.golang.org/grpc/interop/server";
const built = await buildGoPrograms(["google.golang.org/grpc@v1.84.0"], [serverPackage]);
if ("missing" in built) {
  console.log(`SKIPPED, NOTHING PROVED: no test server of grpc-go (${built.missing})`);
}

const methodAt = protoMethods(join(import.meta.dir, "grpc-testing.proto"));
const method = (name: string, service = "TestService") =>
  methodAt(`/grpc.testing.${service}/${name}`);

const withinMs = 10_000;

let server: Bun.Subprocess | undefined;
let channel: Channel;
let port = 0;

beforeAll(async () => {
  if ("missing" in built) return;
  [port = 0] = await freePorts(1);
  server = Bun.spawn([built.programOf(serverPackage), `--port=${port}`], {
    stdio: ["ignore", "ignore", "ignore"],
  });
  channel = openHttp2Channel({ host: "127.0.0.1", port });
  channel.connect();
  await waitUntil(systemClock, () => channel.state === "ready", { withinMs, everyMs: 10 });
}, 2 * withinMs);

afterAll(() => {
  channel?.close();
  server?.kill("SIGKILL");
  if ("remove" in built) built.remove();
});

const unary = async (name: string, message: object, over = channel, service?: string) => {
  const { path, requestSerialize, responseDeserialize } = method(name, service);
  const request = requestSerialize(message);
  const { response, ...end } = await unaryResult(over, { path, request, timeoutMs: withinMs });
  const answer = response === undefined ? undefined : responseDeserialize(Buffer.from(response));
  return { answer, ...end };
};

/** All answers to `messages`, and how the call ended. */
const exchange = (
  name: string,
  messages: readonly object[],
  how: {
    timeoutMs?: number;
    metadata?: Readonly<Record<string, string>>;
    over?: Channel;
    onAnswer?: (control: StreamControl) => void;
  } = {},
) => {
  const { path, requestSerialize, responseDeserialize } = method(name);
  const answers: object[] = [];
  return new Promise<{ answers: readonly object[]; end: CallEnd }>((resolve) => {
    const control = (how.over ?? channel).stream(
      {
        path,
        requests: messages.map((message) => requestSerialize(message)),
        timeoutMs: how.timeoutMs ?? withinMs,
        ...(how.metadata === undefined ? {} : { metadata: how.metadata }),
      },
      {
        onMessage(bytes) {
          answers.push(responseDeserialize(Buffer.from(bytes)));
          how.onAnswer?.(control);
        },
        onEnd: (end) => resolve({ answers, end }),
      },
    );
  });
};

const zeros = (size: number) => ({ body: Buffer.alloc(size) });
const largeRequest = { responseSize: 314_159, payload: zeros(271_828) };

const sizes = [31_415, 9, 2653, 58_979];

describe.skipIf("missing" in built)("one message for one", () => {
  test("empty_unary", async () => {
    expect(await unary("EmptyCall", {})).toMatchObject({ status: "OK", answer: {} });
  });

  test("large_unary", async () => {
    const { status, answer } = await unary("UnaryCall", largeRequest);
    expect(status).toBe("OK");
    expect(answer).toMatchObject({ payload: zeros(314_159) });
  });
});

describe.skipIf("missing" in built)("calls of many messages", () => {
  test("client_streaming", async () => {
    const messages = [27_182, 8, 1828, 45_904].map((size) => ({ payload: zeros(size) }));
    const { answers, end } = await exchange("StreamingInputCall", messages);
    expect(end.status).toBe("OK");
    expect(answers).toMatchObject([{ aggregatedPayloadSize: 74_922 }]);
  });

  test("server_streaming", async () => {
    const responseParameters = sizes.map((size) => ({ size }));
    const { answers, end } = await exchange("StreamingOutputCall", [{ responseParameters }]);
    expect(end.status).toBe("OK");
    expect(answers).toMatchObject(sizes.map((size) => ({ payload: zeros(size) })));
  });

  test("ping_pong, all pings at once", async () => {
    const pings = sizes.map((size) => ({ responseParameters: [{ size }], payload: zeros(27_182) }));
    const { answers, end } = await exchange("FullDuplexCall", pings);
    expect(end.status).toBe("OK");
    expect(answers).toMatchObject(sizes.map((size) => ({ payload: zeros(size) })));
  });

  test("empty_stream", async () => {
    const { answers, end } = await exchange("FullDuplexCall", []);
    expect([answers.length, end.status]).toEqual([0, "OK"]);
  });
});

describe.skipIf("missing" in built)("calls that end early", () => {
  test("cancel_after_begin", async () => {
    const { path } = method("StreamingInputCall");
    const end = await new Promise<CallEnd>((resolve) => {
      const onMessage = () => undefined;
      const call = { path, requests: [], timeoutMs: withinMs };
      channel.stream(call, { onMessage, onEnd: resolve }).cancel();
    });
    expect(end.status).toBe("CANCELLED");
  });

  test("cancel_after_first_response", async () => {
    const ping = { responseParameters: [{ size: 31_415 }, { size: 9, intervalUs: 5_000_000 }] };
    const onAnswer = (control: StreamControl) => control.cancel();
    const { answers, end } = await exchange("FullDuplexCall", [ping], { onAnswer });
    expect([answers.length, end.status]).toEqual([1, "CANCELLED"]);
  });

  test("timeout_on_sleeping_server", async () => {
    const ping = { responseParameters: [{ size: 8, intervalUs: 5_000_000 }] };
    const { end } = await exchange("FullDuplexCall", [ping], { timeoutMs: 1 });
    expect(end.status).toBe("DEADLINE_EXCEEDED");
  });
});

describe.skipIf("missing" in built)("metadata and statuses", () => {
  test("custom_metadata", async () => {
    await using proxy = await startRecordingProxy(port);
    const over = openHttp2Channel({ host: "127.0.0.1", port: proxy.port });
    const trailing = Buffer.from([0xab, 0xab, 0xab]).toString("base64");
    const metadata = {
      "x-grpc-test-echo-initial": "test_initial_metadata_value",
      "x-grpc-test-echo-trailing-bin": trailing,
    };
    try {
      const { path, requestSerialize } = method("UnaryCall");
      const request = requestSerialize(largeRequest);
      const call = { path, request, metadata, timeoutMs: withinMs, waitForReady: true };
      expect((await unaryResult(over, call)).status).toBe("OK");
      const ping = { responseParameters: [{ size: 314_159 }], payload: zeros(271_828) };
      expect((await exchange("FullDuplexCall", [ping], { over, metadata })).end.status).toBe("OK");
    } finally {
      over.close();
    }
    expect(proxy.calls).toHaveLength(2);
    for (const { headers, trailers } of proxy.calls) {
      expect(headers["x-grpc-test-echo-initial"]).toBe("test_initial_metadata_value");
      const echoed = String(trailers["x-grpc-test-echo-trailing-bin"]);
      expect(Buffer.from(echoed, "base64")).toEqual(Buffer.from([0xab, 0xab, 0xab]));
    }
  });

  test("status_code_and_message", async () => {
    const responseStatus = { code: 2, message: "test status message" };
    const expected = { status: "UNKNOWN", detail: "test status message" };
    expect(await unary("UnaryCall", { responseStatus })).toMatchObject(expected);
    expect((await exchange("FullDuplexCall", [{ responseStatus }])).end).toMatchObject(expected);
  });

  test("special_status_message", async () => {
    const message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
    const responseStatus = { code: 2, message };
    const { status, detail } = await unary("UnaryCall", { responseStatus });
    expect({ status, detail }).toEqual({ status: "UNKNOWN", detail: message });
  });

  test("unimplemented_method", async () => {
    expect((await unary("UnimplementedCall", {})).status).toBe("UNIMPLEMENTED");
  });

  test("unimplemented_service", async () => {
    const { status } = await unary("UnimplementedCall", {}, channel, "UnimplementedService");
    expect(status).toBe("UNIMPLEMENTED");
  });
});
