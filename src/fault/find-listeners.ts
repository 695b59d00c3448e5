import { DfsError, messageOf } from "../base/errors.ts";
import type { Listener, ListenerSource } from "./listener.ts";
import type { ProcessFacts } from "./process-facts.ts";

/** System.listensOn() where nothing cheaper than the whole list tells. */
export function listensByList(
  list: () => Promise<readonly Listener[]>,
): (process: ProcessFacts, port: number) => Promise<boolean> {
  return async ({ pid }, port) =>
    (await list()).some((listener) => listener.pid === pid && listener.port === port);
}

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
