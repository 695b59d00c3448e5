import { runCommandLine } from "./cli/root.ts";

process.exit(await runCommandLine(process.argv.slice(2)));
