import { describe, expect, test } from "bun:test";
import { DfsError } from "../base/errors.ts";
import { findListeners } from "./find-listeners.ts";
import type { Listener, ListenerSource } from "./listener.ts";
import { lsofSource } from "./lsof.ts";
import { runTool, type Tool, toolFailure } from "./run-tool.ts";

/** A program of Bun's under the name of a tool. */
function tool(program: string, change: Partial<Tool> = {}): Tool {
  return { name: "tool", paths: [process.execPath], arguments: ["-e", program], ...change };
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DfsError)) throw new Error(`It did not fail properly: ${String(error)}`);
  expect(error.code).toBe("fault");
  return error.message;
}

describe("runTool()", () => {
  test("gives status and output, also of a tool that fails", async () => {
    const program = 'console.log(process.env.LC_ALL); console.error("why"); process.exit(3);';
    const result = await runTool(tool(program, { environment: { LC_ALL: "C" } }));
    expect(result).toEqual({ exitCode: 3, stdout: "C\n", stderr: "why\n" });
    expect(toolFailure("tool", result).message).toBe("tool failed with status 3: why");
  });

  test("says that a tool is missing, and where it was looked for", async () => {
    const paths = ["/nowhere/lsof", "/nowhere/else/lsof"];
    expect(await failureOf(runTool(tool("", { paths })))).toBe(
      "tool is not installed (/nowhere/lsof, /nowhere/else/lsof)",
    );
  });

  test("runs the first path that exists", async () => {
    const paths = ["/nowhere/lsof", process.execPath];
    expect((await runTool(tool("console.log(1)", { paths }))).stdout).toBe("1\n");
  });

  test("ends a tool that hangs, and says so", async () => {
    const hanging = tool("setTimeout(() => {}, 60000)", { timeoutMs: 300 });
    expect(await failureOf(runTool(hanging))).toBe("tool gave no answer within 0.3 s");
  });

  test("says that a tool cannot be run", async () => {
    expect(await failureOf(runTool(tool("", { paths: [import.meta.path] })))).toStartWith(
      "tool cannot be run: ",
    );
  });
});

describe("lsofSource()", () => {
  test("fails where lsof is missing, instead of finding nothing", async () => {
    expect(await failureOf(lsofSource(["/nowhere/lsof"]).list())).toContain("not installed");
  });

  const ls = Bun.which("ls");
  test.skipIf(ls === null)("fails where lsof complains (ls stands in for it)", async () => {
    expect(await failureOf(lsofSource([ls ?? ""]).list())).toContain("lsof failed with status");
  });
});

describe("findListeners()", () => {
  const listener: Listener = { protocol: "tcp", address: "::1", port: 7, pid: 8, uid: 0 };
  const working: ListenerSource = { name: "second", list: async () => [listener] };
  const failing = (message: string): ListenerSource => ({
    name: message,
    list: async () => {
      throw new DfsError("fault", message);
    },
  });

  test("asks the next source when one cannot tell", async () => {
    expect(await findListeners([failing("no /proc"), working])).toEqual([listener]);
  });

  test("believes a source that finds nothing", async () => {
    const empty: ListenerSource = { name: "first", list: async () => [] };
    expect(await findListeners([empty, working])).toEqual([]);
  });

  test("says of every source why it cannot tell", async () => {
    const sources = [failing("no /proc"), failing("no lsof")];
    expect(await failureOf(findListeners(sources))).toBe(
      "Cannot find out which process listens on which port: no /proc; no lsof",
    );
  });

  test("lets a bug through", async () => {
    const broken: ListenerSource = {
      name: "broken",
      list: async () => {
        throw new TypeError("a bug");
      },
    };
    expect(findListeners([broken, working])).rejects.toThrow(TypeError);
  });
});
