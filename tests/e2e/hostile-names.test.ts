import { expect, setDefaultTimeout, test } from "bun:test";
import { runDfs } from "../support/dfs-process.ts";
import { tempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const steering = /[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u;
const evil = "a\u001b[2J\u202eb\rc";

test.skipIf(process.platform === "win32")("hostile file names get one clear line", async () => {
  using dir = tempDir();
  const pipe = dir.file("pipe");
  expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
  const load = ["load", "--replicas", "127.0.0.1:1", "--duration", "1", "--logfile", "none"];
  const serve = ["serve", "--port", "0", "--logfile"];
  const long = "x".repeat(5000);
  const rows: readonly (readonly [readonly string[], status: number, RegExp])[] = [
    [["demo", "--scenario", pipe], 5, /it is a named pipe/],
    [[...load, "--html", pipe], 5, /it is a named pipe/],
    [[...load, "--html", "/"], 5, /it is a directory/],
    [[...load, "--graph", "/dev/zero"], 5, /the line is longer than/],
    [[...load, "--graph", evil], 5, /"a\\u001b\[2J\\u202eb c"/],
    [[...load, "--graph", long], 5, /Cannot read the graph/],
    [[...serve, `no-such-directory/${evil}`], 5, /ENOENT/],
    [[...serve, long], 5, /Cannot write the log file/],
    [[...serve, "/"], 5, /EISDIR/],
    [[...serve, ""], 2, /must not be empty/],
    [["report", evil], 5, /a\\u001b\[2J/],
  ];
  const ends = await Promise.all(rows.map(([args]) => runDfs(args, { cwd: dir.path })));
  for (const [index, [args, status, words]] of rows.entries()) {
    const end = ends[index];
    expect({ args: args.map((arg) => arg.slice(0, 50)), status: end?.status }).toMatchObject({
      status,
    });
    expect(end?.stderr).toMatch(words);
    expect(end?.stderr.trim().split("\n")).toHaveLength(1);
    expect(`${end?.stdout}${end?.stderr}`).not.toMatch(steering);
  }
});
