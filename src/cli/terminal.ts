import { type ConsolaInstance, createConsola } from "consola/basic";

/** The one place that writes to the terminal: results on stdout, notices on stderr. */
export interface Terminal {
  /** Whether stdout may carry colour: a terminal, and NO_COLOR not set. */
  readonly color: boolean;
  readonly columns: number;
  /** One result line on stdout. */
  line(text: string): void;
  /** Notices on stderr. */
  readonly notices: ConsolaInstance;
  /** Resolves when everything written so far has left. */
  flush(): Promise<void>;
}

export function createTerminal(): Terminal {
  const color = process.stdout.isTTY === true && !process.env["NO_COLOR"];
  let readerGone = false;
  process.stdout.on("error", () => {
    // `dfs load | head` closes the pipe: the run goes on for its ledger, nobody reads the lines.
    readerGone = true;
  });
  return {
    color,
    // A pseudo-terminal without a size says 0.
    columns: Math.max(process.stdout.columns || 100, 60),
    line(text) {
      if (!readerGone) process.stdout.write(`${color ? text : Bun.stripANSI(text)}\n`);
    },
    notices: createConsola({
      stdout: process.stderr,
      stderr: process.stderr,
      formatOptions: { date: false, colors: false },
    }),
    async flush() {
      await Promise.all([drained(process.stdout), drained(process.stderr)]);
    },
  };
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write("", () => resolve());
  });
}

function sgr(code: number): (text: string) => string {
  return (text) => `\u001b[${code}m${text}\u001b[0m`;
}

/** Colours for result lines; Terminal.line() strips them where they do not belong. */
export const paint = { green: sgr(32), red: sgr(31), yellow: sgr(33), bold: sgr(1), dim: sgr(2) };
