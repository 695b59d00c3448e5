import type { Clock } from "../base/clock.ts";
import { DfsError } from "../base/errors.ts";
import type { System } from "./system.ts";

/** The system we run on; a `fault` error where faults are not supported. */
export async function hostSystem(clock: Clock): Promise<System> {
  switch (process.platform) {
    case "linux":
      return (await import("./system-linux.ts")).linuxSystem(clock);
    case "darwin":
      return (await import("./system-macos.ts")).macosSystem(clock);
    case "win32":
      return (await import("./system-windows.ts")).windowsSystem(clock);
    default:
      throw new DfsError(
        "fault",
        `Cannot inject faults on ${process.platform}: supported are Linux, macOS and Windows`,
      );
  }
}
