import { describe, expect, setDefaultTimeout, test } from "bun:test";
import packageJson from "../../package.json" with { type: "json" };
import { dfsBinary, type Ended, runDfs } from "../support/dfs-process.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

async function run(...args: readonly string[]): Promise<Ended & { files: string[] }> {
  using dir = tempDir();
  const ended = await runDfs(args, { cwd: dir.path });
  return { ...ended, files: Array.from(new Bun.Glob("*").scanSync({ cwd: dir.path })) };
}

/** A refused command line: status 2, one line that says why, nothing on stdout, nothing begun. */
async function refusal(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr, files } = await run(...args);
  expect({ args, status, stdout, files }).toEqual({ args, status: 2, stdout: "", files: [] });
  const lines = stderr.trim().split("\n");
  expect(lines).toHaveLength(1);
  return lines[0] ?? "";
}

/** Names and help of all subcommands, from the executable itself. */
async function subcommands(): Promise<string[]> {
  const { stdout } = await run("--help");
  return Array.from(
    stdout.matchAll(/^ {2}dfs ([a-z]+(?: [a-z]+)?) {2,}\S/gm),
    (row) => row[1] ?? "",
  );
}

/** As a shell would split it: blanks part words, single quotes keep them together. */
function wordsOf(command: string): string[] {
  return (command.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ""));
}

function examplesIn(help: string): string[] {
  const section = /\nEXAMPLES\n([\s\S]*?)(?:\n\n[A-Z]|$)/.exec(help)?.[1] ?? "";
  return Array.from(section.matchAll(/^ {2}dfs (.+)$/gm), (line) => line[1] ?? "");
}

describe("dfs --version", () => {
  test("names package.json's version and the commit it was built from", async () => {
    const { status, stdout } = await run("--version");
    expect(status).toBe(0);
    const [, version, commit] =
      /^dfs (\S+) \(([0-9a-f]{7,}(?:-dirty)?|unknown)\)\n$/.exec(stdout) ?? [];
    expect(version).toBe(packageJson.version);
    expect(commit).toBeString();
  });
});

describe("dfs --help", () => {
  test("lists the subcommands", async () => {
    const names = await subcommands();
    const expected = [
      "serve",
      "load",
      "fault crash",
      "fault stall",
      "fault limp",
      "fault drain",
      "fault restart",
      "fault random",
      "fault list",
      "fault undo",
      "report",
      "demo",
      "check",
    ];
    expect(names).toEqual(expect.arrayContaining(expected));
  });

  test("every example in every help is a command line that dfs accepts", async () => {
    let exampleCount = 0;
    for (const name of ["", ...(await subcommands())]) {
      const { status, stdout } = await run(...name.split(" ").filter(Boolean), "--help");
      expect(status).toBe(0);
      const examples = examplesIn(stdout);
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        await expectAccepted(wordsOf(example));
        exampleCount++;
      }
    }
    expect(exampleCount).toBeGreaterThan(10);
  });
});

/** The subcommand's own reading of the flags, without running it. */
async function expectAccepted(words: readonly string[]): Promise<void> {
  const [first = "", kind = ""] = words;
  const file = first === "fault" ? `fault/${kind}` : first;
  const module: Record<string, unknown> = await import(`../../src/cli/${file}.ts`);
  const named = Object.values(module).filter(isSubcommand);
  const subcommand = named.find(({ name }) => name === first || name === `${first} ${kind}`);
  if (subcommand === undefined) throw new Error(`No subcommand for "dfs ${words.join(" ")}"`);
  const rest = words.slice(subcommand.name.split(" ").length);
  expect(() => subcommand.check(rest)).not.toThrow();
  expect(() => subcommand.check([...rest, "--no-such-flag"])).toThrow("--no-such-flag");
}

interface Checkable {
  readonly name: string;
  readonly check: (rawArgs: readonly string[]) => void;
}

function isSubcommand(value: unknown): value is Checkable {
  return typeof value === "object" && value !== null && "check" in value && "name" in value;
}

describe("a command line that is wrong", () => {
  test("an unknown flag is refused and the nearest one named", async () => {
    expect(await refusal("load", "--replica", "localhost:1")).toContain("--replicas");
    expect(await refusal("serve", "--prot", "50051")).toContain("--port");
    expect(await refusal("serve", "-port", "50051")).toContain("--port");
  });

  test("an unknown subcommand is refused and the nearest one named", async () => {
    expect(await refusal("serv")).toContain("serve");
    expect(await refusal("fault", "crsh", "--port", "1")).toContain("crash");
    expect(await refusal("fault")).toMatch(/crash.*stall/);
  });

  test("a missing value, a repeated flag, a stray word and a missing flag are refused", async () => {
    expect(await refusal("serve", "--port")).toContain("--port");
    expect(await refusal("serve", "--port", "1", "--port", "2")).toContain("--port");
    expect(await refusal("serve", "50051")).toContain("50051");
    expect(await refusal("load")).toContain("--replicas");
    expect(await refusal("fault", "stall", "--port", "50052")).toContain("--duration");
  });

  test("a value that breaks its rule is refused with the rule and the value", async () => {
    expect(await refusal("serve", "--port", "70000")).toMatch(/65535.*"70000"/);
    expect(await refusal("load", "--replicas", "localhost")).toContain('"localhost"');
    expect(await refusal("load", "--replicas", "a:1,a:1")).toContain("a:1");
    const load = ["load", "--replicas", "localhost:1"];
    expect(await refusal(...load, "--duration", "1x")).toContain('"1x"');
    expect(await refusal(...load, "--policy", "retri")).toMatch(/retry.*"retri"/);
    expect(await refusal(...load, "--rate", "0")).toContain('"0"');
  });
});

test("the executable needs nothing beside it: it runs from an empty directory with an empty PATH", async () => {
  using dir = tempDir();
  const child = Bun.spawn([dfsBinary(), "--help"], {
    cwd: dir.path,
    env: { PATH: "", SystemRoot: process.env["SystemRoot"] ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 10_000,
  });
  expect(await child.stdout.text()).toContain("dfs serve");
  await child.exited;
  expect(child.exitCode).toBe(0);
});
