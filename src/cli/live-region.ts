import { createLogUpdate } from "log-update";

/** Lines at the bottom of a terminal that are redrawn in place, below all that scrolls. */
export interface LiveRegion {
  readonly columns: number;
  readonly rows: number;
  draw(lines: readonly string[]): void;
  /** Writes above the region. */
  above(text: string): void;
  /** Lets `write` have the screen for a moment. */
  around(write: () => void): void;
  /** Takes the region off the screen and brings the cursor back; a second call changes nothing. */
  close(): void;
}

const eraseLineAbove = "\u001b[1A\u001b[2K";

export function openRegion(stream: NodeJS.WriteStream, onClose: () => void): LiveRegion {
  const update = createLogUpdate(stream);
  let shown: readonly string[] = [];
  let isOpen = true;
  const redraw = () => {
    if (shown.length > 0) update(shown.join("\n"));
  };
  // A terminal that has become narrower has broken the lines on the screen into more of them.
  const onResize = () => {
    const broken = shown.reduce((sum, line) => sum + brokenInto(line, stream.columns) - 1, 0);
    update.clear();
    stream.write(eraseLineAbove.repeat(broken));
    shown = [];
  };
  stream.on("resize", onResize);
  return {
    get columns() {
      // The last column stays free: some terminals break the line as soon as it is full.
      return Math.max(1, (stream.columns || 80) - 1);
    },
    get rows() {
      return Math.max(1, (stream.rows || 24) - 1);
    },
    draw(lines) {
      if (!isOpen) return;
      shown = lines;
      redraw();
    },
    above(text) {
      update.persist(text);
      redraw();
    },
    around(write) {
      update.clear();
      write();
      redraw();
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      stream.off("resize", onResize);
      update.clear();
      update.done();
      onClose();
    },
  };
}

function brokenInto(line: string, columns: number): number {
  return Math.max(1, Math.ceil(Bun.stringWidth(line) / Math.max(1, columns)));
}
