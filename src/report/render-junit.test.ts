import { describe, expect, test } from "bun:test";
import {
  collect,
  type Files,
  line,
  loadFooter,
  loadHeader,
  lostLine,
  okLine,
} from "../../tests/support/ledger-lines.ts";
import { renderJunit } from "./render-junit.ts";
import { reportLedgers } from "./report-run.ts";
import { parseRequirement } from "./requirement.ts";

const python = Bun.which("python3");

function junit(files: Files, ...required: readonly string[]): string {
  const requirements = required.map((text) => parseRequirement(text, "--require"));
  return renderJunit(reportLedgers(collect(files, "all"), requirements));
}

const lost = {
  "client.log": [
    loadHeader(0),
    okLine(4, 1),
    lostLine(503, 2),
    loadFooter(4000, { scheduled: 2, ok: 1, failed: 1 }),
  ],
};

describe("renderJunit()", () => {
  test("has a case per criterion; what is not met or not known failed, with why", () => {
    const lines = junit(lost, "p99<=50ms", "duplicates=0").split("\n");
    expect(lines[0]).toBe('<?xml version="1.0" encoding="UTF-8"?>');
    // The guide's eight and two; success, lost and duplicates are not met.
    expect(lines[1]).toBe('<testsuites name="dfs" tests="10" failures="3" errors="0" skipped="0">');
    expect(lines[2]).toBe(
      '  <testsuite name="run r" timestamp="2026-11-22T21:35:00" time="4.000" hostname="h" ' +
        'tests="10" failures="3" errors="0" skipped="0">',
    );
    expect(lines).toContain('    <testcase name="p99 &#60;= 50ms" classname="run r"/>');
    const at = lines.indexOf('    <testcase name="nothing lost" classname="run r">');
    expect(lines.slice(at + 1, at + 5)).toEqual([
      '      <failure message="1 of 2 did not end ok" type="not met">required: 0 lost',
      "actual: 1 lost",
      "1 of 2 did not end ok</failure>",
      "    </testcase>",
    ]);
    expect(lines.join("\n")).toContain('type="not known">required: exactly 0');
  });

  test("carries the figures and the configuration as properties", () => {
    const text = junit(lost);
    for (const property of [
      '<property name="verdict" value="not-verified"/>',
      '<property name="success" value="0.5"/>',
      '<property name="p99_ms" value="4"/>',
      '<property name="lost" value="1"/>',
      '<property name="config.rate_per_s" value="2"/>',
    ]) {
      expect(text).toContain(property);
    }
    expect(text).not.toContain('name="rejoin_ms"');
  });

  test.skipIf(python === null)("is XML whatever the ledger holds", async () => {
    const nasty = `</testsuite>&<!--"'\u0000\u001b\ud800\uffff]]>`;
    const header = loadHeader(0).replace(
      " t_us=",
      ` config.note=${JSON.stringify(nasty)} config.${"<x>"}=1 t_us=`,
    );
    const text = junit({ "client.log": [header, line(4, "tick=x"), okLine(4, 1)] });
    const check =
      "import sys, xml.dom.minidom as m; print(m.parseString(sys.stdin.buffer.read())" +
      ".documentElement.tagName)";
    const parsed = Bun.spawn([python ?? "", "-c", check], {
      stdin: new Blob([text]),
      stdout: "pipe",
      stderr: "pipe",
    });
    const problems = await parsed.stderr.text();
    expect({ name: await parsed.stdout.text(), problems }).toEqual({
      name: "testsuites\n",
      problems: "",
    });
    expect(text).toContain("config.note");
  });
});
