import { type ChildProcess, spawn } from "node:child_process";
import { parse } from "node:path";
import { eachLine } from "../base/each-line.ts";
import { selfCommand } from "../base/self-command.ts";
import { formatOrder, type Order, parseWord, type Word } from "./watchdog-words.ts";

/** A watchdog as its injector sees it. */
export interface WatchdogLink {
  tell(order: Order): void;
  /** Resolves when it runs no more, to how it ended. */
  readonly ended: Promise<string>;
  /** End of file to it: its injector is gone. */
  close(): void;
  kill(): void;
}

/** Starts a watchdog; `hear` is given what it says. */
export type StartWatchdog = (hear: (word: Word) => void) => WatchdogLink;

/**
 * This same executable in a session of its own, so that neither a terminal's Ctrl-C and hang-up nor
 * a SIGKILL to our process group reaches it.
 */
export const startWatchdogProcess: StartWatchdog = (hear) => {
  const { file, args } = selfCommand(["watchdog"]);
  // It has no pipes where no descriptor is left for them; its error then comes later.
  const child: ChildProcess = spawn(file, args, {
    // It must not keep any directory from being removed.
    cwd: parse(process.execPath).root,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    windowsHide: true,
  });
  let lastNotice = "";
  const { stdin, stdout, stderr } = child;
  if (stdout) {
    void eachLine(stdout, (line) => {
      const word = parseWord(line);
      if (word !== undefined) hear(word);
    });
  }
  if (stderr) {
    void eachLine(stderr, (line) => {
      lastNotice = line;
    });
  }
  // Telling one that has just died is no news: its end is.
  stdin?.on("error", () => undefined);
  // Nor does it keep us alive.
  child.unref();
  return {
    tell: (order) => void stdin?.write(`${formatOrder(order)}\n`),
    ended: endOf(child, () => lastNotice),
    close: () => void stdin?.end(),
    kill: () => void child.kill("SIGKILL"),
  };
};

function endOf(child: ChildProcess, lastNotice: () => string): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", ({ message }) => resolve(message));
    // Not at its exit: what it said last may still be unread then.
    child.once("close", (status, signal) => {
      const said = lastNotice() === "" ? "" : ` (${lastNotice()})`;
      resolve(`it ended with ${signal ?? `status ${status}`}${said}`);
    });
  });
}
