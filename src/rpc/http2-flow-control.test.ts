import { expect, setDefaultTimeout, test } from "bun:test";
import { count, serve, within } from "../../tests/support/channel-cases.ts";
import type { StreamControl } from "./channel.ts";
import { openHttp2Channel } from "./http2-channel.ts";

// Far above what it takes; a machine with other work may need it.
setDefaultTimeout(60_000);

test("a reader that pauses after each message is sent no more than windows ahead", async () => {
  const { port, seen } = await serve();
  const receiveWindowBytes = 65_535;
  const channel = openHttp2Channel({ host: "localhost", port }, { receiveWindowBytes });
  const byteCount = 10_000;
  let messageCount = 0;
  const control: StreamControl = channel.stream(count(5000, byteCount), {
    onMessage: () => {
      messageCount++;
      control.pause();
      setTimeout(() => control.resume(), 2);
    },
    onEnd: () => undefined,
  });
  expect(await within(() => messageCount >= 300)).toBe(true);
  const aheadCount = seen.writtenCount - messageCount;
  control.cancel();
  channel.close();
  // Two windows are 13 messages; grpc-js keeps some 16 more for a stream that is not read.
  expect(aheadCount).toBeLessThan(100);
});
