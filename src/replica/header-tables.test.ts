import { expect, setDefaultTimeout, test } from "bun:test";
import { headerFields, staticIndexMax } from "../../tests/support/header-fields.ts";
import {
  call,
  type Frame,
  frameTypes,
  HostileClient,
  noHeaderTable,
  preface,
  settings,
} from "../../tests/support/hostile-client.ts";
import { RunningReplica } from "../../tests/support/running-replica.ts";

setDefaultTimeout(30_000);

const paths = [
  "/grpc.health.v1.Health/Check",
  "/dfs.DFSService/RunDFS",
  "/dfs.DFSService/DescribeGraph",
  "/dfs.DFSService/NoSuchMethod",
] as const;
const streamIds = Array.from({ length: 40 }, (_, index) => 1 + 2 * index);
const isLast = ({ flags }: Frame) => (flags & 1) !== 0;

/** The header blocks of many answers to a client that begins with `said`. */
async function answerBlocks(said: Uint8Array): Promise<Buffer[]> {
  await using replica = await RunningReplica.start();
  using client = await HostileClient.connect(replica.replica.port);
  client.say(preface, said);
  for (const id of streamIds) client.say(call(id, paths[((id - 1) / 2) % paths.length] ?? ""));
  const headers = () => client.of(frameTypes.headers);
  expect(await client.until(() => headers().filter(isLast).length === streamIds.length)).toBe(true);
  return headers().map(({ payload }) => payload);
}

test("a peer without a table of header fields can read every answer", async () => {
  const fields = (await answerBlocks(noHeaderTable)).flatMap((block) => headerFields(block));
  expect(fields.length).toBeGreaterThan(5 * streamIds.length);
  expect(fields.filter(({ index }) => index > staticIndexMax)).toEqual([]);
  // Nor is it told to store any.
  expect(fields.filter(({ kind }) => kind === "stored")).toEqual([]);
});

test("others are answered as compactly as before", async () => {
  const blocks = await answerBlocks(settings());
  const fields = blocks.flatMap((block) => headerFields(block));
  const referring = fields.filter(
    ({ kind, index }) => kind === "indexed" && index > staticIndexMax,
  );
  expect(referring.length).toBeGreaterThan(3 * streamIds.length);
});
