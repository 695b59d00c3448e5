import type { Readable } from "node:stream";

/**
 * Calls `onLine` for every line of `stream`, the last one also without its line end. Resolves when
 * the stream has ended or broken.
 */
export function eachLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    // A child that never ends its line must not fill this process's memory.
    if (rest.length > lineMaxLength) {
      onLine(rest);
      rest = "";
    }
  });
  return new Promise((resolve) => {
    stream.once("error", () => resolve());
    stream.once("end", () => {
      if (rest !== "") onLine(rest);
      resolve();
    });
  });
}

const lineMaxLength = 65_536;
