import { runTool, type ToolResult, toolFailure } from "./run-tool.ts";

/** PowerShell alone takes a second or two to start on a busy machine. */
const powershellTimeoutMs = 30_000;

function systemPath(relative: string): string {
  return `${process.env["SystemRoot"] ?? "C:\\Windows"}\\System32\\${relative}`;
}

/** What `script` prints, as UTF-8; a `fault` error when it fails. */
export async function runPowerShell(script: string): Promise<string> {
  const result = await runTool({
    name: "powershell",
    paths: [systemPath("WindowsPowerShell\\v1.0\\powershell.exe")],
    arguments: [
      "-NoProfile",
      "-NonInteractive",
      "-Command",
      `$ErrorActionPreference='Stop';$ProgressPreference='SilentlyContinue';` +
        // Without a console there is no encoding to set.
        `try{[Console]::OutputEncoding=[Text.Encoding]::UTF8}catch{};${script}`,
    ],
    timeoutMs: powershellTimeoutMs,
  });
  return stdoutOf("powershell", result);
}

export async function runNetstat(protocol: "TCP" | "TCPv6"): Promise<string> {
  const result = await runTool({
    name: "netstat",
    paths: [systemPath("netstat.exe")],
    arguments: ["-ano", "-p", protocol],
  });
  return stdoutOf("netstat", result);
}

function stdoutOf(name: string, result: ToolResult): string {
  if (result.exitCode !== 0) throw toolFailure(name, result);
  return result.stdout;
}
