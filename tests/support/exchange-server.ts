import { Server, type ServerDuplexStream, status } from "@grpc/grpc-js";
import { cleanups, serverCredentials } from "./channel-cases.ts";

const raw = (bytes: Buffer) => bytes;

/** Counts what it is sent, and answers once with the counts of messages and bytes. */
export const sumPath = "/test.Exchange/Sum";
/** Answers each message with itself, and goes no faster than it is read. */
export const relayPath = "/test.Exchange/Relay";
/** Answers the third message with itself, and ends: with the status that its second byte says. */
export const earlyPath = "/test.Exchange/Early";
/** Reads nothing until it is let to, then does as Sum. */
export const stuckPath = "/test.Exchange/Stuck";

/** What the server saw of its callers. */
export interface SeenExchanges {
  messageCount: number;
  cancelledCount: number;
  /** Lets those who wait for it read. */
  release(): void;
}

type Call = ServerDuplexStream<Buffer, Buffer>;

function sum(seen: SeenExchanges, call: Call): void {
  const counts = Buffer.alloc(8);
  call.on("data", (message: Buffer) => {
    seen.messageCount++;
    counts.writeUInt32BE(counts.readUInt32BE(0) + 1, 0);
    counts.writeUInt32BE(counts.readUInt32BE(4) + message.length, 4);
  });
  call.on("end", () => {
    call.write(counts);
    call.end();
  });
}

function relay(seen: SeenExchanges, call: Call): void {
  call.on("data", (message: Buffer) => {
    seen.messageCount++;
    if (!call.write(message)) call.pause();
  });
  call.on("drain", () => call.resume());
  call.on("end", () => call.end());
}

function endEarly(seen: SeenExchanges, call: Call): void {
  let count = 0;
  call.on("data", (message: Buffer) => {
    seen.messageCount++;
    if (++count !== 3) return;
    call.write(message);
    const code = message[1] ?? 0;
    if (code === status.OK) call.end();
    else call.emit("error", { code, details: "enough" });
  });
}

/** A grpc-js server of the four methods above, whatever their kind. */
export async function serveExchanges(at: { port?: number } = {}) {
  const waiting: (() => void)[] = [];
  const seen: SeenExchanges = {
    ...{ messageCount: 0, cancelledCount: 0 },
    release: () => {
      for (const begin of waiting.splice(0)) begin();
    },
  };
  const handlers = {
    [sumPath]: sum,
    [relayPath]: relay,
    [earlyPath]: endEarly,
    [stuckPath]: (_: SeenExchanges, call: Call) => waiting.push(() => sum(seen, call)),
  };
  const server = new Server();
  for (const [path, handle] of Object.entries(handlers)) {
    const ways = { requestStream: true, responseStream: true };
    const codecs = { requestSerialize: raw, requestDeserialize: raw };
    const method = { path, ...ways, ...codecs, responseSerialize: raw, responseDeserialize: raw };
    server.addService(
      { method },
      {
        method: (call: Call) => {
          call.on("cancelled", () => seen.cancelledCount++);
          call.on("error", () => undefined);
          handle(seen, call);
        },
      },
    );
  }
  const address = `127.0.0.1:${at.port ?? 0}`;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, serverCredentials(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const stop = () => server.forceShutdown();
  cleanups.push(stop);
  return { port, stop, seen };
}
