import { type CommandDef, defineCommand, renderUsage, runCommand } from "citty";
import { type Clock, systemClock } from "../base/clock.ts";
import type { ExitStatus } from "../base/exit-status.ts";
import type { Flags, FlagValues } from "./flags.ts";
import type { Interrupts } from "./interrupts.ts";
import { flagName, parseStrictly, readFlags } from "./strict-args.ts";
import type { Terminal } from "./terminal.ts";

/** What every subcommand is given besides its flags. */
export interface RunContext {
  readonly terminal: Terminal;
  readonly interrupts: Interrupts;
  readonly clock: Clock;
  readonly positionals: readonly string[];
  /** Names of the flags that were typed, such as `num-vertices`. */
  readonly typed: ReadonlySet<string>;
}

/** A subcommand: its definition for citty and for help, and what it does. */
export interface SubcommandSpec<F extends Flags> {
  /** As typed after `dfs`, such as `fault crash`. */
  readonly name: string;
  readonly description: string;
  /** Complete command lines that work when pasted. */
  readonly examples: readonly string[];
  readonly flags: F;
  /** Lines that end the help. */
  readonly appendix?: () => readonly string[];
  /** It has nothing to undo or drain: the first interrupt ends it. */
  readonly endsAtOnce?: true;
  /** The words after the flags, when the subcommand takes any. */
  readonly positionals?: { readonly name: string; readonly description: string };
  run(values: FlagValues<F>, context: RunContext): Promise<ExitStatus>;
}

export interface Subcommand {
  readonly name: string;
  readonly examples: readonly string[];
  readonly endsAtOnce: boolean;
  /** Usage, flags with their defaults, examples. */
  help(): Promise<string>;
  /** Reads the flags strictly (usage errors are thrown before anything starts), then runs. */
  run(
    rawArgs: readonly string[],
    context: Omit<RunContext, "positionals" | "typed" | "clock">,
  ): Promise<ExitStatus>;
  /** Reads the flags and stops there; throws what run() would throw for them. */
  check(rawArgs: readonly string[]): void;
}

export function defineSubcommand<F extends Flags>(spec: SubcommandSpec<F>): Subcommand {
  const read = (rawArgs: readonly string[]) => {
    const args = parseStrictly(rawArgs, spec.flags, spec.positionals !== undefined);
    const typed = new Set(args.texts.keys());
    return { values: readFlags(spec.flags, args), positionals: args.positionals, typed };
  };
  return {
    name: spec.name,
    examples: spec.examples,
    endsAtOnce: spec.endsAtOnce ?? false,
    async help() {
      const usage = await usageOf(spec);
      const examples = spec.examples.map((example) => `  ${example}`).join("\n");
      const appendix = spec.appendix === undefined ? [] : ["", "", ...spec.appendix()];
      const text = `${usage}\n\nEXAMPLES\n\n${examples}${appendix.join("\n")}`;
      return text.replaceAll(/ +$/gm, "");
    },
    async run(rawArgs, context) {
      const { values, ...words } = read(rawArgs);
      let status: ExitStatus | undefined;
      const command = cittyCommand(spec, async () => {
        status = await spec.run(values, { ...context, clock: systemClock, ...words });
      });
      // The flags were read above; citty is given none of them to read again in its lenient way.
      await runCommand({ ...command, args: {} }, { rawArgs: [] });
      if (status === undefined) throw new Error(`${spec.name} ended without an exit status`);
      return status;
    },
    check: (rawArgs) => void read(rawArgs),
  };
}

/** citty knows one list of flags: each further group is rendered alone, and its list is taken. */
async function usageOf<F extends Flags>(spec: SubcommandSpec<F>): Promise<string> {
  const heading = /^(?!.*USAGE).*OPTIONS.*$/m;
  const [main = "", ...others] = await Promise.all(
    groupsOf(spec.flags).map((group) => renderUsage(cittyCommand(spec, doNothing, group))),
  );
  const lists = others.map((usage, index) => {
    const [head = ""] = heading.exec(usage) ?? [];
    const group = groupsOf(spec.flags)[index + 1] ?? "";
    const list = usage.slice(usage.indexOf(head) + head.length).trimEnd();
    return `\n\n${head.replace("OPTIONS", group)}${list}`;
  });
  return `${main.trimEnd()}${lists.join("")}`;
}

const doNothing = async () => undefined;

/** The first is none: those under OPTIONS. */
function groupsOf(flags: Flags): (string | undefined)[] {
  return [undefined, ...new Set(Object.values(flags).flatMap(({ group }) => group ?? []))];
}

function cittyCommand<F extends Flags>(
  spec: SubcommandSpec<F>,
  run: () => Promise<void>,
  group?: string,
): CommandDef {
  const args = Object.entries(spec.flags)
    .filter(([, flag]) => flag.hidden !== true && flag.group === group)
    .map(([key, flag]) => [flagName(key), flag.arg] as const);
  const { positionals } = spec;
  const positionalArgs =
    positionals === undefined
      ? {}
      : {
          [positionals.name]: {
            type: "positional",
            required: false,
            description: positionals.description,
          } as const,
        };
  return defineCommand({
    meta: { name: `dfs ${spec.name}`, description: spec.description },
    args: { ...positionalArgs, ...Object.fromEntries(args) },
    run,
  });
}
