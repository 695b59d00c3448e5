import type { ProcessFacts, ProcessState } from "./process-facts.ts";

/**
 * Options for the columns of parsePs(), the one that may hold blanks last. `name=` leaves the
 * heading out; each has an -o of its own: ps of some BSDs takes all that follows a `=` for it.
 */
export const psColumns = columns("pid ppid pgid tpgid uid stat lstart user command");
/** Those of parsePsPrograms(); `comm` is the program's path on macOS. */
export const psProgramColumns = columns("pid comm");
/** Start times in this language and zone are what parsePs() reads. */
export const psEnvironment = { LC_ALL: "C", TZ: "UTC" } as const;

/** lstart is asctime(3)'s form: `Sun Nov 22 21:35:00 2026`. */
const started = String.raw`\w{3}\s+(?<start>\w{3}\s+\d+\s+\d+:\d+:\d+\s+\d{4})`;
const row = new RegExp(
  String.raw`^\s*(?<pid>\d+)\s+(?<parent>\d+)\s+(?<group>\d+)\s+(?<foreground>-?\d+)` +
    String.raw`\s+(?<uid>\d+)\s+(?<flags>\S+)\s+${started}\s+(?<user>\S+)\s+(?<command>.*?)\s*$`,
);
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * Facts of the processes that `ps -ww -o psColumns` lists, zombies left out; `programs` are paths
 * by pid (parsePsPrograms). Start times are whole seconds.
 */
export function parsePs(text: string, programs: ReadonlyMap<number, string>): ProcessFacts[] {
  return text.split("\n").flatMap((line) => {
    const cells = row.exec(line)?.groups ?? {};
    const startedUs = startInstantUs(cells["start"] ?? "");
    const state = stateOfFlags(cells["flags"] ?? "Z");
    if (startedUs === undefined || state === "gone") return [];
    const pid = Number(cells["pid"]);
    const executable = programs.get(pid) ?? "";
    return [
      {
        pid,
        parentPid: Number(cells["parent"]),
        name: executable.slice(executable.lastIndexOf("/") + 1),
        executable,
        commandLine: cells["command"] ?? "",
        startedUs,
        identity: String(startedUs),
        uid: Number(cells["uid"]),
        user: cells["user"] ?? "",
        state,
        leadsForegroundJob: Number(cells["group"]) === pid && Number(cells["foreground"]) === pid,
      },
    ];
  });
}

/** Program by pid. */
export function parsePsPrograms(text: string): Map<number, string> {
  const programs = new Map<number, string>();
  for (const line of text.split("\n")) {
    const match = /^\s*(\d+)\s+(.*?)\s*$/.exec(line);
    if (match !== null) programs.set(Number(match[1]), match[2] ?? "");
  }
  return programs;
}

function columns(names: string): readonly string[] {
  return names.split(" ").flatMap((name) => ["-o", `${name}=`]);
}

function startInstantUs(text: string): number | undefined {
  const [month = "", day, time = "", year] = text.split(/\s+/);
  const [hours, minutes, seconds] = time.split(":").map(Number);
  if (hours === undefined || minutes === undefined || seconds === undefined) return undefined;
  const monthIndex = months.indexOf(month);
  return Date.UTC(Number(year), monthIndex, Number(day), hours, minutes, seconds) * 1000;
}

/** The first letter of ps's state: T stopped, Z zombie, anything else alive. */
function stateOfFlags(flags: string): ProcessState {
  if (flags.startsWith("Z")) return "gone";
  return flags.startsWith("T") ? "stopped" : "running";
}
