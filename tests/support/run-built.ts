/**
 * Runs the executable built for this machine with the arguments given: `bun run demo`. A terminal's
 * Ctrl-C reaches it directly, so this wrapper only waits for it to end in order and passes its
 * status on.
 */
import { constants } from "node:os";
import { binaryPath, hostTarget } from "../../build.ts";

const child = Bun.spawn([binaryPath(hostTarget()), ...process.argv.slice(2)], {
  stdio: ["inherit", "inherit", "inherit"],
});

process.on("SIGINT", () => {
  // Handled by the child, which has got it too; without a listener it would end this wrapper first.
});
for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));

await child.exited;
process.exitCode = child.exitCode ?? 128 + signalNumber(child.signalCode);

function signalNumber(signal: NodeJS.Signals | number | null): number {
  return typeof signal === "string" ? constants.signals[signal] : (signal ?? 0);
}
