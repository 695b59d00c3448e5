import { DfsError } from "./errors.ts";

/** What `dfs` tells the shell; README and `dfs --help` list them. */
export const exitStatus = {
  verified: 0,
  criterionNotMet: 1,
  usage: 2,
  fault: 3,
  inconclusive: 4,
  cannotRun: 5,
  internal: 70,
  interrupted: 130,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** Most telling first: when several apply, the earlier one wins. */
const precedence: readonly ExitStatus[] = [130, 70, 5, 3, 4, 1, 2, 0];

/** The one status for a run in which all of `statuses` apply; none: verified. */
export function worstExitStatus(statuses: readonly ExitStatus[]): ExitStatus {
  return precedence.find((status) => statuses.includes(status)) ?? exitStatus.verified;
}

export function exitStatusOf(error: unknown): ExitStatus {
  if (!(error instanceof DfsError)) return exitStatus.internal;
  switch (error.code) {
    case "usage":
      return exitStatus.usage;
    case "fault":
      return exitStatus.fault;
    case "cannot-run":
      return exitStatus.cannotRun;
  }
}
