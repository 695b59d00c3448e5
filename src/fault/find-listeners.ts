import { DfsError, messageOf } from "../base/errors.ts";
import type { Listener, ListenerSource } from "./listener.ts";

/**
 * The listeners by the first source that can tell; a `fault` error with every reason when none can.
 */
export async function findListeners(
  sources: readonly ListenerSource[],
): Promise<readonly Listener[]> {
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      return await source.list();
    } catch (error) {
      if (!(error instanceof DfsError)) throw error;
      reasons.push(messageOf(error));
    }
  }
  throw new DfsError(
    "fault",
    `Cannot find out which process listens on which port: ${reasons.join("; ")}`,
  );
}
