import { type ConsolaInstance, createConsola } from "consola/basic";
import { messageOf, systemErrorCode } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { type LiveRegion, openRegion } from "./live-region.ts";
import { Outgoing } from "./outgoing.ts";

/** The one place that writes to the terminal: results on stdout, notices on stderr. */
export interface Terminal {
  /** Whether stdout may carry colour: a terminal, and NO_COLOR not set. */
  readonly color: boolean;
  readonly columns: number;
  /** One result line on stdout. */
  line(text: string): void;
  /** Results on stdout that bring their own line ends. */
  write(text: string): void;
  /**
   * Results on stdout as bytes, which must not change any more. `onLeft` is called once they have
   * left, or are of no use to anybody: then with false, as stdout takes nothing more.
   */
  writeBytes(bytes: Uint8Array, onLeft: (isOpen: boolean) => void): void;
  /** Notices on stderr. */
  readonly notices: ConsolaInstance;
  /**
   * A region below all further lines and notices, until it is closed or the terminal is flushed;
   * undefined when standard output cannot be redrawn.
   */
  openRegion(): LiveRegion | undefined;
  /**
   * Closes the region and resolves when everything written has left, however slow its reader is; to
   * why not, when results were lost.
   */
  flush(): Promise<string | undefined>;
}

export function createTerminal(): Terminal {
  const { NO_COLOR: noColor, TERM: term } = process.env;
  const canRedraw = process.stdout.isTTY === true && term !== "dumb";
  const color = canRedraw && !noColor;
  let region: LiveRegion | undefined;
  let isOver = false;
  let failure: string | undefined;
  const stdout = new Outgoing(process.stdout);
  const stderr = new Outgoing(process.stderr);
  const onError = (error: Error | null | undefined) => {
    if (!error) return;
    isOver = true;
    // `dfs load | head` closes the pipe: the run goes on for its ledger, nobody misses the lines.
    if (systemErrorCode(error) !== "EPIPE") failure ??= messageOf(error);
  };
  // A notice on the same screen goes above the region too.
  const notices: NodeJS.WriteStream = Object.create(process.stderr, {
    write: {
      value(said: string) {
        // Whoever's words it quotes, such as a file's name, they must not steer the terminal.
        const text = said.split("\n").map(printable).join("\n");
        if (region === undefined || process.stderr.isTTY !== true) stderr.write(text);
        else region.around(() => stderr.write(text));
      },
    },
  });
  process.stdout.on("error", onError);
  // Without standard error there is nobody left to tell.
  process.stderr.on("error", () => undefined);
  const write = (text: string) => {
    if (!isOver) stdout.write(color ? text : Bun.stripANSI(text), onError);
  };
  return {
    color,
    // A pseudo-terminal without a size says 0.
    columns: Math.max(process.stdout.columns || 100, 60),
    line(text) {
      if (region === undefined) write(`${text}\n`);
      else if (!isOver) region.above(color ? text : Bun.stripANSI(text));
    },
    write,
    writeBytes(bytes, onLeft) {
      if (isOver) return queueMicrotask(() => onLeft(false));
      stdout.write(bytes, (error) => {
        onError(error);
        onLeft(!isOver);
      });
    },
    notices: createConsola({
      stdout: notices,
      stderr: notices,
      formatOptions: { date: false, colors: false },
    }),
    openRegion() {
      if (!canRedraw) return undefined;
      region ??= openRegion(process.stdout, () => {
        region = undefined;
      });
      return region;
    },
    async flush() {
      region?.close();
      await Promise.all([stdout.emptied(), stderr.emptied()]);
      return failure;
    },
  };
}

function sgr(code: number): (text: string) => string {
  return (text) => `\u001b[${code}m${text}\u001b[0m`;
}

/** Colours for result lines; Terminal.line() strips them where they do not belong. */
export const paint = { green: sgr(32), red: sgr(31), yellow: sgr(33), bold: sgr(1), dim: sgr(2) };
