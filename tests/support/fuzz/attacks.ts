import { gzipSync } from "node:zlib";
import { sleep, systemClock } from "../../../src/base/clock.ts";
import type { Random } from "../../../src/base/random.ts";
import {
  call,
  callHeaders,
  frame,
  frameFlags,
  frameTypes,
  grpcMessage,
  HostileClient,
  headerField,
  hpackInteger,
  preface,
  settings,
} from "../hostile-client.ts";
import { anyFrame, below, damagedCall, lyingCall, noise, paths, pick } from "./hostile-bytes.ts";

/** What is done to a replica, and how much of it; resolves when it is over. */
export type Attack = (port: number, random: Random, count: number) => Promise<void>;

const { endHeaders, endStream } = frameFlags;
const windowSetting = 4;

/** Connects, speaks, listens for a moment, and leaves. */
async function visit(
  port: number,
  say: (client: HostileClient) => void | Promise<void>,
  listenMs = 50,
): Promise<void> {
  using client = await HostileClient.connect(port);
  await say(client);
  await client.until(() => client.isClosed, listenMs);
}

/** `count` visits, of which each says a few things made by `make`, on streams of their own. */
function visits(make: (random: Random, streamId: number) => Buffer, isHttp2 = true): Attack {
  return async (port, random, count) => {
    for (let visited = 0; visited < count; visited++) {
      await visit(port, (client) => {
        if (isHttp2) client.say(preface, settings());
        for (let at = 0; at < 5; at++) client.say(make(random, 1 + 2 * at));
      });
    }
  };
}

/** One connection is told `make()` again and again until it is closed, or `count` times. */
function flood(make: (at: number) => Buffer, opening: Buffer = settings()): Attack {
  return async (port, _random, count) => {
    await visit(port, async (client) => {
      client.say(preface, opening);
      for (let at = 0; at < count && !client.isClosed; at++) await client.sayAll(make(at));
    });
  };
}

const cancelled = Buffer.from([0, 0, 0, 8]);
const health = callHeaders("/grpc.health.v1.Health/Check");
const resetsAtOnce = 100;

function resets(open: (streamId: number) => Buffer): Attack {
  return flood((at) =>
    Buffer.concat(
      Array.from({ length: resetsAtOnce }, (_, index) => {
        const streamId = 1 + 2 * (at * resetsAtOnce + index);
        return Buffer.concat([
          open(streamId),
          frame(frameTypes.resetStream, 0, streamId, cancelled),
        ]);
      }),
    ),
  );
}

/** A header block that fills the table with 4 kB, and refers to it 12,000 times. */
const bomb = Buffer.concat([
  health,
  Buffer.from([0x40, 1, 0x62, ...hpackInteger(4000, 7)]),
  Buffer.alloc(4000, 0x61),
  Buffer.alloc(12_000, 0xbe),
]);

const gzipBomb = grpcMessage(gzipSync(Buffer.alloc(50_000_000)), 1);

/** Connections that do `say`, all at once, and then nothing. */
function idlers(say: (client: HostileClient, random: Random) => void): Attack {
  return async (port, random, count) => {
    using idle = new DisposableStack();
    for (let opened = 0; opened < count; opened += 100) {
      const batch = Array.from({ length: Math.min(100, count - opened) }, () =>
        HostileClient.connect(port),
      );
      for (const client of await Promise.all(batch)) say(idle.use(client), random);
    }
    await sleep(systemClock, 500);
  };
}

/** Calls whose answers nobody takes. */
const slowReaders: Attack = async (port, random, count) => {
  using readers = new DisposableStack();
  for (let opened = 0; opened < count; opened++) {
    const client = readers.use(await HostileClient.connect(port));
    client.say(preface, settings([[windowSetting, 0]]));
    for (let streamId = 1; streamId < 200; streamId += 2) {
      client.say(call(streamId, pick(random, paths)));
    }
  }
  await sleep(systemClock, 500);
};

/** Messages that come byte by byte and never come to an end. */
const slowWriters = idlers((client) => {
  client.say(preface, settings());
  for (let streamId = 1; streamId < 40; streamId += 2) {
    client.say(
      frame(frameTypes.headers, endHeaders, streamId, health),
      frame(frameTypes.data, 0, streamId, grpcMessage(Buffer.alloc(100), 0, 4_000_000)),
    );
  }
});

const inflating = visits((_random, streamId) =>
  Buffer.concat([
    frame(
      frameTypes.headers,
      endHeaders,
      streamId,
      callHeaders("/dfs.DFSService/RunDFS", { "grpc-encoding": "gzip" }),
    ),
    ...Array.from({ length: Math.ceil(gzipBomb.length / 16_000) }, (_, at) => {
      const end = (at + 1) * 16_000;
      const flag = end >= gzipBomb.length ? endStream : 0;
      return frame(frameTypes.data, flag, streamId, gzipBomb.subarray(at * 16_000, end));
    }),
  ]),
);

/** By seed: what is said differs from one visit to the next. */
export const randomAttacks: Readonly<Record<string, Attack>> = {
  noise: visits((random) => noise(random, below(random, 3000)), false),
  "noise after the preface": visits((random) => noise(random, below(random, 3000))),
  frames: visits((random) => Buffer.concat(Array.from({ length: 10 }, () => anyFrame(random)))),
  "damaged calls": visits(damagedCall),
  "lying calls": visits(lyingCall),
};

const continuation = frame(frameTypes.continuation, 0, 1, headerField("x", "y".repeat(8000)));
const emptyContinuations = Buffer.concat(
  Array.from({ length: 1000 }, () => frame(frameTypes.continuation, 0, 1, Buffer.alloc(0))),
);
const begun = Buffer.concat([settings(), frame(frameTypes.headers, 0, 1, health)]);
const manyOf = (one: Buffer) => Buffer.concat(Array.from({ length: 500 }, () => one));
const pings = manyOf(frame(frameTypes.ping, 0, 0, Buffer.alloc(8)));
const manySettings = manyOf(settings([[windowSetting, 65_535]]));

/** Always the same; `count` says how much. */
export const floods: Readonly<Record<string, Attack>> = {
  "header flood": flood(() => continuation, begun),
  "empty header flood": flood(() => emptyContinuations, begun),
  "header table bomb": flood((at) =>
    frame(frameTypes.headers, endHeaders | endStream, 1 + 2 * at, bomb),
  ),
  "compressed bomb": inflating,
  "rapid reset": resets((streamId) =>
    frame(frameTypes.headers, endHeaders | endStream, streamId, health),
  ),
  "rapid reset of searches": resets((streamId) => call(streamId, "/dfs.DFSService/RunDFS")),
  "ping flood": flood(() => pings),
  "settings flood": flood(() => manySettings),
  "slow readers": slowReaders,
  "slow writers": slowWriters,
  "half-open connections": idlers((client) => client.say(preface.subarray(0, 10))),
  "idle connections": idlers((client) => client.say(preface, settings())),
};
