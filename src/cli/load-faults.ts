import { dirname, join } from "node:path";
import { DfsError } from "../base/errors.ts";
import { faultForm, parseFault } from "../drill/fault-flag.ts";
import { faultLedgerName } from "../drill/fault-ledger.ts";
import { placeFaults } from "../drill/place-faults.ts";
import type { PlannedFault } from "../drill/planned-fault.ts";
import type { LoadConfig } from "../load/load-config.ts";
import * as flags from "./flags.ts";

/** The flags of a load that breaks its replicas itself. */
export const faultFlags = {
  fault: flags.repeated(
    {
      description:
        "Fault to inject within the load, such as crash:50051@5s or stall:50052@20s+10s; " +
        "repeatable; its grammar is below",
      valueHint: faultForm,
    },
    (text, name) => ({ wish: parseFault(text, name), name: `${name} "${text}"` }),
  ),
  faultLogfile: flags.text.optional({
    description:
      "Ledger of the faults, or none (Default: fault.log beside --logfile; with that none, none)",
    valueHint: "FILE|none",
  }),
};

type FaultFlagValues = flags.FlagValues<typeof faultFlags>;

/** What a load is to inject, and where that is recorded. */
export interface LoadFaults {
  readonly faults: readonly PlannedFault[];
  /** Undefined: in no file. */
  readonly path: string | undefined;
  /** Of its files. */
  readonly directory: string;
}

/** The faults of the command line, each on its replica; throws usage errors. */
export function faultsOfFlags(
  { fault, faultLogfile, logfile }: FaultFlagValues & { readonly logfile: string | undefined },
  config: LoadConfig,
): LoadFaults {
  if (fault.length === 0 && faultLogfile !== undefined) {
    throw new DfsError("usage", "--fault-logfile is of faults: it needs --fault");
  }
  const directory = logfile === undefined ? "." : dirname(logfile);
  const beside = logfile === undefined ? undefined : join(directory, faultLedgerName);
  const path = faultLogfile === "none" ? undefined : (faultLogfile ?? beside);
  const faults = placeFaults(fault, config);
  return { faults, path: fault.length === 0 ? undefined : path, directory };
}

/** The grammar of `--fault`, for help. */
export function faultGrammarLines(): readonly string[] {
  return [
    `FAULTS: --fault ${faultForm}`,
    "",
    "  KIND       crash (or kill), stall (or pause), limp, drain, restart",
    "  PORT       of one of --replicas, a process of this host; HOST:PORT where several have it",
    "  START      since the first request, such as 5s; or back+PAUSE, such as back+3s, since the",
    "             replica that the --fault before it has hit serves again",
    "  DURATION   of a stall or a limp; of a restart, how long the replica is down",
    "  key=value  crash: signal=SIGTERM   limp: duty=80%, period=200ms   drain, restart: within=30s",
    "             all: expect=NAME, hit nothing but a process or program of this name",
    "",
    "  A fault must be over a second before the load is. One that fails ends the load, with exit",
    "  status 3 beside the report; Ctrl-C undoes it.",
  ];
}
