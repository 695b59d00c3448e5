import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { describeGraph } from "../../src/rpc/dfs-service.ts";
import { runDfs } from "../support/dfs-process.ts";
import {
  frame,
  frameFlags,
  frameTypes,
  grpcMessage,
  type HeaderList,
  headerField,
} from "../support/hostile-client.ts";
import { type RawPeer, startRawServer } from "../support/raw-http2-server.ts";
import { tempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const { endHeaders, endStream } = frameFlags;
/** What a terminal would obey, and what hides text; line ends apart. */
const steering = /[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u;
const evil = "%1B[2J%1B]0;gone%07%0D%0A%00%C2%9B31m%E2%80%AE";

const block = (headers: HeaderList) =>
  Buffer.concat(Object.entries(headers).map(([name, value]) => headerField(name, value)));
const answer = block({ ":status": "200", "content-type": "application/grpc" });
const trailersOf = (headers: HeaderList, streamId: number) =>
  frame(frameTypes.headers, endHeaders | endStream, streamId, block(headers));

/** A call is answered with `message`, as if all were well. */
function answering(message: Uint8Array) {
  return ({ socket }: RawPeer, streamId: number) => {
    socket.write(frame(frameTypes.headers, endHeaders, streamId, answer));
    socket.write(frame(frameTypes.data, 0, streamId, grpcMessage(message)));
    socket.write(trailersOf({ "grpc-status": "0" }, streamId));
  };
}

function refusing(grpcMessageText: string) {
  const headers = { "grpc-status": "13", "grpc-message": grpcMessageText };
  return ({ socket }: RawPeer, streamId: number) => {
    socket.write(frame(frameTypes.headers, endHeaders, streamId, answer));
    socket.write(trailersOf(headers, streamId));
  };
}

/** As long as the client takes it. */
function endless({ socket }: RawPeer, streamId: number): void {
  socket.write(frame(frameTypes.headers, 0, streamId, answer));
  const more = frame(frameTypes.continuation, 0, streamId, headerField("x", "y".repeat(8000)));
  const say = () => {
    while (!socket.destroyed && socket.write(more));
  };
  socket.on("drain", say);
  say();
}

const hugeGraph = describeGraph.responseSerialize({
  ...{ vertices: 2 ** 52, edges: 2 ** 52, source: "\u001b[31m", fingerprint: "", hasNames: true },
});

const servers: Readonly<Record<string, (peer: RawPeer, streamId: number) => void>> = {
  "answers garbage": answering(Buffer.from([0xff, 0xff, 7, 7, 7])),
  "describes a graph larger than memory": answering(hugeGraph),
  "has a message for the terminal": refusing(evil),
  "has a very long message": refusing("A".repeat(15_000)),
  "sends headers without end": endless,
};

describe("a server that", () => {
  for (const [what, onCall] of Object.entries(servers)) {
    test.concurrent(`${what} gets one clear line from check, query and load`, async () => {
      using dir = tempDir();
      const server = await startRawServer({ onCall });
      try {
        const replicas = `127.0.0.1:${server.port}`;
        const dfs = (...args: readonly string[]) =>
          runDfs([...args, "--replicas", replicas], { cwd: dir.path });
        const [check, query, load] = await Promise.all([
          dfs("check"),
          dfs("query", "--order", "--deadline", "1"),
          dfs("load", "--duration", "1", "--rate", "5", "--deadline", "1", "--logfile", "none"),
        ]);
        expect([check.status, query.status, load.status]).toEqual([1, 5, 1]);
        for (const { stdout, stderr } of [check, query, load]) {
          expect(stdout + stderr).not.toMatch(steering);
          expect(stderr).not.toContain("Internal error");
          expect(stdout.length).toBeLessThan(20_000);
        }
        expect(query.stderr.split("\n").filter((line) => line.includes("[error]"))).toHaveLength(1);
      } finally {
        server.stop();
      }
    });
  }
});
