import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { freePorts } from "../support/free-ports.ts";

const readyWithinMs = 30_000;

export interface PythonServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/** python_server.py in an empty directory of its own, serving by the time this resolves. */
export async function startPythonServer(python: string, directory: string): Promise<PythonServer> {
  const [port = 0] = await freePorts(1);
  copyFileSync(join(import.meta.dir, "original.proto"), join(directory, "original.proto"));
  const script = join(import.meta.dir, "python_server.py");
  const child = Bun.spawn([python, script, String(port), directory], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const dispose = async () => {
    child.kill("SIGKILL");
    await child.exited;
  };
  // A server that hangs on its way says no more once it is killed.
  const cancelKill = systemClock.after(readyWithinMs, () => child.kill("SIGKILL"));
  const first = await child.stdout.getReader().read();
  cancelKill();
  if (!new TextDecoder().decode(first.value).includes("serving")) {
    await dispose();
    throw new Error(`The Python server does not serve:\n${await child.stderr.text()}`);
  }
  return { port, pid: child.pid, [Symbol.asyncDispose]: dispose };
}
