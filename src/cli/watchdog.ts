import { constants, setPriority } from "node:os";
import { systemClock, wallClockUs } from "../base/clock.ts";
import { eachLine } from "../base/each-line.ts";
import { type ExitStatus, exitStatus } from "../base/exit-status.ts";
import { hostSystem } from "../fault/host-system.ts";
import { ownRoster } from "../fault/roster.ts";
import { Watchdog } from "../fault/watchdog.ts";
import { formatWord, parseOrder } from "../fault/watchdog-words.ts";
import { LedgerWriter } from "../ledger/writer.ts";
import { watchTermination } from "./interrupts.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The process that undoes a fault when the one that injected it is killed: for dfs itself to start.
 * It takes orders on standard input, whose end says that its injector is gone.
 */
export async function runWatchdog(terminal: Terminal): Promise<ExitStatus> {
  const signal = watchTermination();
  preferSelf();
  const clock = systemClock;
  const watchdog = new Watchdog({
    ...{ clock, wallUs: wallClockUs, signal },
    system: await hostSystem(clock),
    roster: ownRoster(),
    say: (word) => terminal.line(formatWord(word)),
    record(path, record) {
      try {
        const ledger = LedgerWriter.open(path, { flush: "each", clock });
        ledger.append(record);
        ledger.close();
      } catch {
        // The target runs again, on record or not.
      }
    },
  });
  const hearing = eachLine(process.stdin, (line) => {
    const order = parseOrder(line);
    if (order !== undefined) watchdog.hear(order);
  });
  void hearing.then(() => watchdog.injectorGone());
  await watchdog.run();
  return exitStatus.verified;
}

/** It hardly ever runs, and must be in time then, however busy the machine is. */
function preferSelf(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {
    // Most systems grant that to administrators alone.
  }
}
