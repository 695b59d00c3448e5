import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { loadFooter, loadHeader, okLine } from "../../tests/support/ledger-lines.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { reportCommand } from "./report.ts";
import { createTerminal, type Terminal } from "./terminal.ts";

const never = new AbortController().signal;
const ownTerminal = createTerminal();

/** Runs `dfs report` with these words and gives its exit status and what it printed. */
async function report(...words: readonly string[]): Promise<{ status: number; text: string }> {
  const lines: string[] = [];
  const terminal: Terminal = {
    ...ownTerminal,
    ...{ color: false, columns: 100, line: (text: string) => lines.push(text) },
    write: (text: string) => lines.push(text),
  };
  const status = await reportCommand.run(words, {
    terminal,
    interrupts: { soft: never, hard: never },
  });
  return { status, text: lines.join("\n") };
}

const ok = [loadHeader(0), okLine(4, 1), loadFooter(4000, { scheduled: 1, ok: 1 })];
const lost = [
  loadHeader(-9000, { run: "older" }),
  okLine(-8000, 1, { run: "older" }),
  loadFooter(-5000, { scheduled: 2, ok: 1 }, { run: "older" }),
];
const behind = [
  loadHeader(0),
  okLine(4, 1),
  loadFooter(4000, { scheduled: 2, ok: 1, not_sent: 1 }),
];

describe("dfs report", () => {
  test("ends with the verdict's exit status", async () => {
    using dir = tempDir();
    const path = dir.file("client.log");
    for (const [lines, expected] of [
      [ok, 0],
      [lost, 1],
      [behind, 4],
    ] as const) {
      writeFileSync(path, `${lines.join("\n")}\n`);
      expect((await report(path)).status).toBe(expected);
    }
  });

  test("says what the figures mean with --explain, in text alone", async () => {
    using dir = tempDir();
    const path = dir.file("client.log");
    writeFileSync(path, `${ok.join("\n")}\n`);
    const definition =
      "    lag: sent - scheduled: the load generator's own lateness, part of latency";
    expect((await report(path)).text).not.toContain(definition);
    expect((await report(path, "--explain")).text).toContain(definition);
    await expect(report(path, "--explain", "--format", "json")).rejects.toThrow(
      "--explain: belongs to --format text, and the format is json: leave one of them out",
    );
  });

  test("prints JSON of the run that is asked for, and of all the most telling status", async () => {
    using dir = tempDir();
    const path = dir.file("client.log");
    writeFileSync(path, `${[...lost, ...ok].join("\n")}\n`);
    const newest = await report(path, "--format", "json");
    expect(JSON.parse(newest.text).reports[0].run.run).toBe("r");
    expect(newest.status).toBe(0);
    const older = await report(path, "--format", "json", "--run", "older");
    expect(JSON.parse(older.text).reports[0].run.run).toBe("older");
    expect(older.status).toBe(1);
    const all = await report(path, "--run", "all");
    expect(all.status).toBe(1);
    expect(all.text).toContain("NOT VERIFIED (run older)");
    expect(all.text).toEndWith("VERIFIED (run r): every criterion is met");
  });

  test("refuses at once what is no regular file", async () => {
    using dir = tempDir();
    await expect(report(dir.path)).rejects.toMatchObject({ code: "cannot-run" });
    const pipe = dir.file("client.log");
    // Nobody ever writes to it, so reading it would never end. Windows has no such files.
    if (Bun.which("mkfifo") === null) return;
    await Bun.$`mkfifo ${pipe}`;
    await expect(report(pipe)).rejects.toMatchObject({
      code: "cannot-run",
      message: `Cannot report as a log file must be a regular file, and ${pipe} is a named pipe`,
    });
  });

  test("cannot run without its files, and says which", async () => {
    using dir = tempDir();
    await expect(report(dir.file("none.log"))).rejects.toMatchObject({
      code: "cannot-run",
      message: `Cannot report as there is no such log file: ${dir.file("none.log")}`,
    });
  });

  test("leaves the report as a page, whatever the format, and text from logs is text in it", async () => {
    using dir = tempDir();
    const path = dir.file("client.log");
    const page = dir.file("report.html");
    const hostile = "</script><img/src=x:1";
    writeFileSync(path, `${ok.join("\n").replaceAll("localhost:50051", hostile)}\n`);
    const { status, text } = await report(path, "--format", "json", "--html", page);
    expect(status).toBe(0);
    expect(JSON.parse(text).reports).toHaveLength(1);
    const html = await Bun.file(page).text();
    expect(html).toStartWith("<!doctype html>");
    expect(html).toContain("&lt;/script&gt;&lt;img/src=x:1");
    expect(html).not.toContain("<img");
    // Facts, tables and the page's own script.
    expect(html.match(/<\/script/gi)).toHaveLength(3);
    expect(html.match(/(src|href)="(?!#)/g)).toBeNull();
  });

  test("refuses a page that cannot be written, or of several runs, before it reads anything", async () => {
    using dir = tempDir();
    const log = dir.file("missing.log");
    expect(report(log, "--html", dir.file("no/report.html"))).rejects.toThrow(
      "Cannot write the HTML report to",
    );
    expect(report(log, "--html", dir.path)).rejects.toThrow("it is a directory");
    expect(report(log, "--html", dir.file("a.html"), "--run", "all")).rejects.toThrow(
      "a page shows one run",
    );
  });
});
