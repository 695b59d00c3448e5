import { describe, expect, test } from "bun:test";
import * as flags from "./flags.ts";
import { flagName, parseStrictly, readFlags } from "./strict-args.ts";

const specs = {
  replicas: flags.targets("Replicas"),
  duration: flags.duration.withDefault({
    description: "How long",
    default: "60s",
    minMs: 1,
    maxMs: 100_000,
  }),
  numVertices: flags.wholeNumber.withDefault({
    description: "N",
    valueHint: "N",
    default: "50000",
    min: 0,
    max: 100_000,
  }),
  policy: flags.choice({ description: "Policy", choices: ["retry", "none"], default: "retry" }),
  dryRun: flags.toggle("Only show"),
  delay: flags.alsoNamed(
    "after",
    flags.duration.withDefault({ description: "When", default: "0", minMs: 0, maxMs: 100_000 }),
  ),
  logfile: flags.logfile("client.log"),
  ui: flags.valueOrNone({ description: "Page", valueHint: "PORT" }, flags.port),
  output: flags.repeated({ description: "File", valueHint: "FILE", alias: "o" }, flags.parseText),
};

function read(line: string) {
  return readFlags(specs, parseStrictly(line.split(" ").filter(Boolean), specs, false));
}

describe("reading a command line", () => {
  test("takes a letter for a flag that has one, and each value of a repeated one", () => {
    const line = "--replicas a:1 -o x --output y -o=z";
    expect(read(line).output).toEqual(["x", "y", "z"]);
    expect(() => read("--replicas a:1 -x y")).toThrow("Unknown flag -x");
  });

  test("takes another name for a flag that has one", () => {
    expect(read("--replicas a:1 --after 5").delay).toBe(5000);
    expect(read("--replicas a:1 --after=5s").delay).toBe(5000);
    expect(specs.delay.arg.description).toBe("When (also --after)");
  });

  test("takes --flag VALUE and --flag=VALUE, and the defaults for the rest", () => {
    const values = read("--replicas localhost:1,[::1]:2 --duration=1m30s");
    expect(values).toEqual({
      replicas: [
        { host: "localhost", port: 1 },
        { host: "::1", port: 2 },
      ],
      duration: 90_000,
      numVertices: 50_000,
      policy: "retry",
      dryRun: false,
      delay: 0,
      logfile: "client.log",
      ui: undefined,
      output: [],
    });
  });

  test.each<[string, number | "alone"]>([
    ["--ui", "alone"],
    ["--ui --dry-run", "alone"],
    ["--ui 8080 --dry-run", 8080],
    ["--ui=8080", 8080],
  ])("takes a flag that may stand alone: %s", (line, ui) => {
    expect(read(`--replicas a:1 ${line}`).ui).toBe(ui);
  });

  test("takes a repeatable flag several times", () => {
    expect(read("--replicas a:1 --replicas b:2,c:3").replicas).toMatchObject([
      ...[{ port: 1 }, { port: 2 }, { port: 3 }],
    ]);
  });

  test("takes a bare number of seconds for a duration, and none for a logfile", () => {
    const values = read("--replicas a:1 --duration 5 --logfile none");
    expect(values.duration).toBe(5000);
    expect(values.logfile).toBeUndefined();
  });

  const refused: readonly (readonly [line: string, message: string])[] = [
    ["--replicas a:1 --dutation 5", 'Unknown flag --dutation; did you mean "--duration"?'],
    ["-duration 5", 'Unknown flag -duration; did you mean "--duration"?'],
    ["--replicas a:1 --delay 1 --after 2", "--delay is given more than once (--after is the same)"],
    ["--replicas a:1 --aftr=secret", 'Unknown flag --aftr; did you mean "--after"?'],
    ["--replicas a:1 --aftr 5", 'Unknown flag --aftr; did you mean "--after"?'],
    ["--replicas a:1 --duration", "--duration needs a value"],
    ["--replicas a:1 --duration --dry-run", "--duration needs a value"],
    ["--replicas a:1 --duration 5 --duration 6", "--duration is given more than once"],
    [
      "--replicas a:1 --duration 5x",
      'such as 250ms, 10s, 1m30s or plain seconds: current value is "5x"',
    ],
    ["--replicas a:1 --duration 200", '--duration must be in 0.001s..100s: current value is "200"'],
    ["--replicas a:1 --num-vertices 1e3", "--num-vertices must be a whole number in 0..100000"],
    ["--replicas a:1 --num-vertices -5", 'current value is "-5"'],
    ["--replicas a:1 --policy rety", 'did you mean "retry"?'],
    ["--replicas a:1 --dry-run=yes", '--dry-run takes no value: current value is "yes"'],
    ["--replicas a:1 --logfile=", "--logfile must not be empty"],
    ["--replicas a:1 --ui=", "--ui needs a value"],
    [
      "--replicas a:1 --ui page",
      '--ui must be a whole number in 1..65535: current value is "page"',
    ],
    ["--replicas a:1 --ui 0", "--ui must be a whole number in 1..65535"],
    ["--replicas a:1 --ui --ui 8080", "--ui is given more than once"],
    ["--replicas a:1,a:1", '--replicas names "a:1" twice'],
    ["--replicas a:0", 'Cannot use "a:0" as an endpoint'],
    ["--replicas a", 'Cannot use "a" as an endpoint'],
    ["--replicas a:1 duration", 'Unexpected argument "duration"; did you mean "--duration"?'],
    ["", "--replicas is required"],
  ];
  for (const [line, message] of refused) {
    test(`refuses "${line}"`, () => expect(() => read(line)).toThrow(message));
  }
});

test("flagName() turns camelCase into the kebab-case that people type", () => {
  expect(flagName("attemptTimeout")).toBe("attempt-timeout");
  expect(flagName("port")).toBe("port");
});
