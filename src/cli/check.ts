import { sleep } from "../base/clock.ts";
import { type Endpoint, formatEndpoint } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import { exitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { localTimeOfDay } from "../base/local-time.ts";
import { printable } from "../base/printable.ts";
import type { Target } from "../base/target.ts";
import { resolveTargets } from "../failover/resolve-targets.ts";
import type { Channel } from "../rpc/channel.ts";
import { describeEndpoint, type EndpointDescription } from "../rpc/describe-endpoint.ts";
import { resolveName } from "../rpc/resolve-name.ts";
import { channelOpener } from "../rpc/tls-client.ts";
import { graphDifference } from "../workload/dfs-question.ts";
import { endpointLine } from "./endpoint-lines.ts";
import * as flags from "./flags.ts";
import { defineSubcommand, type RunContext } from "./subcommand.ts";
import { clientTlsOf, tlsFlags } from "./tls-flags.ts";

const flagSpecs = {
  replicas: flags.targets("Replicas to ask"),
  wait: flags.duration.withDefault({
    description: "Ask again until all serve, for as long as this",
    default: "0s",
    minMs: 0,
    maxMs: limits.durationMaxMs,
  }),
  ...tlsFlags,
};

/** One question's bound; a suspended replica accepts connections and never answers. */
const askMs = 1000;
const askAgainMs = 200;

export const checkCommand = defineSubcommand({
  name: "check",
  description: "Say of each replica whether it serves and what; exit 0 only if all serve the same",
  examples: [
    "dfs check --replicas localhost:50051,localhost:50052",
    "dfs check --replicas localhost:50051,localhost:50052 --wait 10",
  ],
  endsAtOnce: true,
  flags: flagSpecs,
  async run(values, context) {
    const { replicas: targets, wait } = values;
    const openChannel = channelOpener(clientTlsOf(values, context));
    const endUs = context.clock.nowUs() + wait * 1000;
    const replicas = await resolveUntil(targets, endUs, context);
    const channels = replicas.map((endpoint) => openChannel(endpoint));
    for (const channel of channels) channel.connect();
    const answers = await Promise.all(
      channels.map((channel) => askUntilServing(channel, endUs, context)),
    );
    for (const [index, answer] of answers.entries()) {
      const endpoint: Endpoint | undefined = replicas[index];
      if (endpoint === undefined) continue;
      const time = localTimeOfDay(context.clock.nowUs());
      context.terminal.line(`[${time}] ${endpointLine(endpoint, answer)}`);
    }
    for (const channel of channels) channel.close();
    if (context.interrupts.soft.aborted) return exitStatus.interrupted;
    const difference = graphDifference(
      replicas.map((endpoint, index) => ({
        endpoint: formatEndpoint(endpoint),
        reply: answers[index]?.graph ?? { kind: "silent" },
      })),
    );
    if (difference !== undefined) {
      context.terminal.notices.warn(
        `The replicas serve different graphs: ${printable(difference)}`,
      );
    }
    const isWell = difference === undefined && answers.every((answer) => answer.isServing);
    return isWell ? exitStatus.verified : exitStatus.criterionNotMet;
  },
});

/** Names may come to have addresses only when their replicas do. */
async function resolveUntil(
  targets: readonly Target[],
  endUs: number,
  { clock, interrupts }: RunContext,
): Promise<readonly Endpoint[]> {
  for (;;) {
    try {
      return (await resolveTargets(targets, { resolve: resolveName, clock })).endpoints;
    } catch (error) {
      if (!(error instanceof DfsError) || clock.nowUs() >= endUs || interrupts.soft.aborted)
        throw error;
      await sleep(clock, askAgainMs, interrupts.soft);
    }
  }
}

/** Asks once, and again while the replica does not serve and `endUs` has not come. */
async function askUntilServing(
  channel: Channel,
  endUs: number,
  { clock, interrupts }: RunContext,
): Promise<EndpointDescription> {
  for (;;) {
    const answer = await describeEndpoint(channel, { timeoutMs: askMs, clock });
    const isOver = clock.nowUs() >= endUs || interrupts.soft.aborted;
    if (answer.isServing || isOver) return answer;
    await sleep(clock, askAgainMs, interrupts.soft);
  }
}
