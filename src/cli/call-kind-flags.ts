import { DfsError } from "../base/errors.ts";
import { type CallMethod, kindText } from "../rpc/schema/call-method.ts";
import { sendsStream } from "../workload/call.ts";
import type { CallFlagValues } from "./call-flags.ts";

/** Throws a usage error for flags that say too little, or too much, for the kind of call. */
export function checkCallKind(
  method: CallMethod,
  values: Pick<CallFlagValues, "data" | "dataFile" | "shuffle">,
): void {
  if (!sendsStream(method)) return;
  const { data, dataFile, shuffle } = values;
  const kind = `it is ${kindText(method.kind)}`;
  if (data === undefined && dataFile === undefined) {
    throw new DfsError(
      "usage",
      `--call ${method.name} needs the messages that it sends (${kind}): give --data-file, ` +
        "one message a line, or --data for a single one",
    );
  }
  if (shuffle) {
    throw new DfsError(
      "usage",
      `--shuffle does not go with --call ${method.name} (${kind}): the lines of --data-file are ` +
        "the messages of every call, in their order",
    );
  }
}
