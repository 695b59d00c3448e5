import { existsSync } from "node:fs";
import { DfsError, messageOf } from "../base/errors.ts";

export interface Tool {
  readonly name: string;
  /**
   * Absolute paths; the first that exists is run, so that no other program of that name can slip
   * in.
   */
  readonly paths: readonly string[];
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface ToolResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const timeoutDefaultMs = 10_000;

/**
 * Runs a program to its end; rejects with a `fault` error when it is missing, cannot start or
 * hangs.
 */
export async function runTool(tool: Tool): Promise<ToolResult> {
  const path = tool.paths.find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new DfsError("fault", `${tool.name} is not installed (${tool.paths.join(", ")})`);
  }
  const timeoutMs = tool.timeoutMs ?? timeoutDefaultMs;
  try {
    await using child = Bun.spawn([path, ...tool.arguments], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: { ...process.env, ...tool.environment },
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    await child.exited;
    if (child.exitCode === null) {
      throw new DfsError("fault", `${tool.name} gave no answer within ${timeoutMs / 1000} s`);
    }
    return { exitCode: child.exitCode, stdout, stderr };
  } catch (error) {
    if (error instanceof DfsError) throw error;
    throw new DfsError("fault", `${tool.name} cannot be run: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The error of a tool that ran and failed, with the start of what it said. */
export function toolFailure(name: string, result: ToolResult): DfsError {
  const said = messageOf(result.stderr || result.stdout).slice(0, 200);
  const complaint = said === "" ? "" : `: ${said}`;
  return new DfsError("fault", `${name} failed with status ${result.exitCode}${complaint}`);
}
