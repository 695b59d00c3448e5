import type { Random } from "../../../src/base/random.ts";
import {
  call,
  callHeaders,
  frame,
  frameFlags,
  frameTypes,
  grpcMessage,
  type HeaderList,
} from "../hostile-client.ts";

/** Every method of the replica, and some that it has not. */
export const paths = [
  "/dfs.DFSService/RunDFS",
  "/dfs.DFSService/Traverse",
  "/dfs.DFSService/DescribeReplica",
  "/dfs.DFSService/DescribeGraph",
  "/dfs.DFSService/LookUpNames",
  "/grpc.health.v1.Health/Check",
  "/grpc.health.v1.Health/Watch",
  "/grpc.health.v1.Health/List",
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
  "/dfs.DFSService/NoSuchMethod",
  "/",
  "/a\u001b[2J/\u00fc",
] as const;

/** A whole number in 0..bound-1. */
export function below(random: Random, bound: number): number {
  return Math.floor(random.next() * bound);
}

export function pick<T>(random: Random, items: readonly [T, ...T[]] | readonly T[]): T {
  const item = items[below(random, items.length)];
  if (item === undefined) throw new Error("There is nothing to pick from");
  return item;
}

export function noise(random: Random, byteCount: number): Buffer {
  return Buffer.from(Array.from({ length: byteCount }, () => below(random, 256)));
}

/** A frame of any type with any flags, on a stream that is open, or closed, or cannot be. */
export function anyFrame(random: Random): Buffer {
  const streamId = pick(random, [0, 0, 1, 1, 3, 5, 2, 99, 0x7fff_ffff, 0xffff_ffff]);
  const payload = noise(random, pick(random, [0, 1, 4, 5, 6, 8, 9, 64, 300]));
  const whole = frame(below(random, 12), below(random, 256), streamId, payload);
  // Now and then it is longer or shorter than it says.
  if (random.next() < 0.05) whole.writeUIntBE(below(random, 2 ** 24), 0, 3);
  return whole;
}

/** `bytes` with some of them changed, left out or said twice. */
export function damaged(random: Random, bytes: Buffer): Buffer {
  const result = Buffer.from(bytes);
  for (let count = below(random, 4) + 1; count > 0; count--) {
    result[below(random, result.length)] = below(random, 256);
  }
  const from = below(random, result.length);
  const to = from + below(random, result.length - from);
  const choice = random.next();
  if (choice < 0.2) return result.subarray(0, from);
  if (choice < 0.4) return Buffer.concat([result.subarray(0, from), result.subarray(to)]);
  if (choice < 0.6) return Buffer.concat([result.subarray(0, to), result.subarray(from)]);
  return result;
}

/** A whole call of any method, with damage. */
export function damagedCall(random: Random, streamId: number): Buffer {
  return damaged(random, call(streamId, pick(random, paths), garbageMessage(random)));
}

/**
 * A protobuf message that may be one: fields of all numbers and types, texts that are no UTF-8,
 * lone surrogates, lengths beyond the end.
 */
export function garbageMessage(random: Random): Buffer {
  const parts: Buffer[] = [];
  for (let count = below(random, 5); count > 0; count--) {
    const wireType = pick(random, [0, 0, 1, 2, 2, 2, 5, 3, 6, 7]);
    const text = pick(random, texts);
    const lie = random.next() < 0.1 ? below(random, 128) : text.length;
    parts.push(Buffer.from([(below(random, 16) << 3) | wireType]));
    if (wireType === 2) parts.push(Buffer.from([lie]), text);
    else parts.push(noise(random, wireType === 0 ? below(random, 11) : wireType === 1 ? 8 : 4));
  }
  return Buffer.concat(parts);
}

const texts = [
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
  Buffer.from("\u001b[2J\r\n\0%\u202e"),
  Buffer.from("__proto__"),
  Buffer.from("../../etc/passwd"),
  Buffer.alloc(0),
];

const hostileHeaders: readonly HeaderList[] = [
  { ":method": "GET" },
  { ":method": "\0" },
  { ":path": "" },
  { ":path": `/${"a".repeat(15_000)}` },
  { ":path": Buffer.from([0x2f, 0xff, 0xfe]) },
  { "content-type": "text/html" },
  { "content-type": Buffer.from([0xff, 0]) },
  { "content-length": "999999" },
  { "grpc-timeout": "forever" },
  { "grpc-timeout": "0n" },
  { "grpc-timeout": "99999999H" },
  { "grpc-encoding": "gzip" },
  { "grpc-encoding": "no-such" },
  { "x-request-id": Buffer.from([0xff, 0x0a, 0x1b]) },
  { "x-request-id": "i".repeat(12_000) },
  { "x-bin": "!" },
  { "x y": "a" },
  { "": "a" },
  { "X-Upper": "a" },
  { connection: "close" },
  { te: "gzip" },
  ...[1000, 16_000].map((length) => ({ "x-large": "v".repeat(length) })),
];

/** A call with headers that it should not have, whose message lies about itself. */
export function lyingCall(random: Random, streamId: number): Buffer {
  const headers = callHeaders(pick(random, paths), pick(random, hostileHeaders));
  const { endHeaders, endStream } = frameFlags;
  const message = garbageMessage(random);
  const length = pick(random, [message.length, 0, 1, 5_000_000, 0xffff_ffff]);
  const body = grpcMessage(message, pick(random, [0, 0, 1, 2, 255]), length);
  return Buffer.concat([
    frame(frameTypes.headers, endHeaders, streamId, headers),
    frame(frameTypes.data, random.next() < 0.8 ? endStream : 0, streamId, body),
  ]);
}
