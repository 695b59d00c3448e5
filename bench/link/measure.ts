import { systemClock } from "../../src/base/clock.ts";
import { headerLength } from "./peer.ts";

const mebibyte = 2 ** 20;
const block = new Uint8Array(256 * 1024);
const pingByteCount = 100;

/** Mebibytes a second through `port` to the peer, over so many connections at once. */
export async function throughput(
  port: number,
  { way, connections, mebibytes }: { way: "up" | "down"; connections: number; mebibytes: number },
): Promise<number> {
  const byteCount = Math.round((mebibytes * mebibyte) / connections);
  const startUs = systemClock.nowUs();
  const transfers = Array.from({ length: connections }, () => transfer(port, way, byteCount));
  await Promise.all(transfers);
  return mebibytes / ((systemClock.nowUs() - startUs) / 1e6);
}

/** Microseconds of the median round trip of so many small messages, one after the other. */
export async function roundTripP50Us(port: number, count: number): Promise<number> {
  const timesUs: number[] = [];
  const message = new Uint8Array(pingByteCount);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let sentUs = 0;
  let heardCount = 0;
  const socket = await Bun.connect({
    ...{ hostname: "127.0.0.1", port },
    socket: {
      data(own, bytes) {
        heardCount += bytes.length;
        if (heardCount < pingByteCount) return;
        heardCount = 0;
        const nowUs = performance.now() * 1000;
        timesUs.push(nowUs - sentUs);
        if (timesUs.length === count) return resolve();
        sentUs = performance.now() * 1000;
        own.write(message);
      },
      close: () => reject(new Error("The connection was closed")),
    },
  });
  socket.setNoDelay(true);
  socket.write(header("P", 0));
  sentUs = performance.now() * 1000;
  socket.write(message);
  await promise;
  socket.terminate();
  return timesUs.sort((a, b) => a - b)[Math.floor(count / 2)] ?? Number.NaN;
}

function header(kind: string, byteCount: number): Uint8Array {
  const bytes = Buffer.alloc(headerLength);
  bytes[0] = kind.charCodeAt(0);
  bytes.writeBigUInt64BE(BigInt(byteCount), 1);
  return bytes;
}

async function transfer(port: number, way: "up" | "down", byteCount: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let leftCount = way === "up" ? byteCount : 0;
  let heardCount = 0;
  const push = (own: Bun.Socket) => {
    while (leftCount > 0) {
      const sentCount = own.write(block.subarray(0, Math.min(block.length, leftCount)));
      if (sentCount <= 0) return;
      leftCount -= sentCount;
    }
  };
  const socket = await Bun.connect({
    ...{ hostname: "127.0.0.1", port },
    socket: {
      data(_own, bytes) {
        heardCount += bytes.length;
        if (heardCount === (way === "up" ? 1 : byteCount)) resolve();
      },
      drain: push,
      close: () => reject(new Error("The connection was closed")),
    },
  });
  socket.write(header(way === "up" ? "U" : "D", byteCount));
  push(socket);
  await promise;
  socket.terminate();
}
