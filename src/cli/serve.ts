import { counted } from "../base/counted.ts";
import { DfsError } from "../base/errors.ts";
import type { ExitStatus } from "../base/exit-status.ts";
import { limits } from "../base/limits.ts";
import { pickFreePortRun } from "../replica/free-port.ts";
import * as flags from "./flags.ts";
import { metricsFlags, metricsPlaceOf } from "./metrics-flags.ts";
import type { ServeConfig } from "./serve-config.ts";
import { serveGraphFlags, sourceRequestOf } from "./serve-graph.ts";
import { serveLimitFlags, serveLimitsOf } from "./serve-limit-flags.ts";
import { serveOne } from "./serve-one.ts";
import { metricsPlacesOf, serveSeveral } from "./serve-several.ts";
import { plainTextWarning, serveTlsFlags, tlsFilesOf } from "./serve-tls-flags.ts";
import { defineSubcommand } from "./subcommand.ts";

const flagSpecs = {
  port: flags.wholeNumber.withDefault({
    description: "Port to listen on, the first of several; 0: a free one",
    valueHint: "PORT",
    default: "50051",
    min: 0,
    max: 65535,
  }),
  host: flags.text.withDefault({
    description: "Address to listen on; localhost: both loopback addresses",
    valueHint: "HOST",
    default: "localhost",
  }),
  ...serveGraphFlags,
  numReplicas: flags.wholeNumber.optional({
    description: "Start this many replicas as processes of their own, on consecutive ports",
    valueHint: "N",
    min: 1,
    max: limits.replicaMaxCount,
  }),
  restart: flags.choice({
    description: "Whether a replica that crashes is started again",
    choices: ["never", "on-crash"],
    default: "never",
  }),
  restartDelay: flags.duration.withDefault({
    description: "Pause before the restart; it grows while the replica keeps crashing",
    default: "2",
    minMs: 0,
    maxMs: limits.durationMaxMs,
  }),
  grace: flags.duration.withDefault({
    description: "How long requests in flight may take to finish at the end",
    default: "10",
    minMs: 0,
    maxMs: limits.durationMaxMs,
  }),
  logfile: flags.logfile("server_PORT.log"),
  ...metricsFlags,
  ...serveTlsFlags,
  ...serveLimitFlags,
  supervisedBy: flags.hidden(
    flags.text.optional({
      description: "Who starts this replica: it then ends with its standard input",
      valueHint: "NAME",
    }),
  ),
};

type ServeValues = flags.FlagValues<typeof flagSpecs>;

export const serveCommand = defineSubcommand({
  name: "serve",
  description: "Run a replica, or several, of the depth-first search service",
  examples: [
    "dfs serve --port 50051",
    "dfs serve --port 0 --logfile none",
    "dfs serve --graph rmat:20",
    "dfs serve --graph roads.gr.gz --undirected --graph-cache graphs",
    "dfs serve --port 50051 --num-replicas 2 --restart on-crash",
    "dfs serve --host 0.0.0.0 --cert server.pem --key server.key --client-ca ca.pem",
  ],
  flags: flagSpecs,
  async run(values, context): Promise<ExitStatus> {
    checkTogether(values);
    const config = await configOf(values);
    checkMetricsPorts(config);
    const warning = plainTextWarning(config.host, config.tls);
    // A replica's supervisor has said it.
    if (warning !== undefined && values.supervisedBy === undefined) {
      context.terminal.notices.warn(warning);
    }
    return isSupervised(values) ? serveSeveral(config, context) : serveOne(config, context);
  },
});

/**
 * A restart needs somebody who outlives the crash, so it makes even a single replica a supervised
 * one.
 */
function isSupervised({ numReplicas, restart }: ServeValues): boolean {
  return numReplicas !== undefined || restart !== "never";
}

async function configOf(values: ServeValues): Promise<ServeConfig> {
  const graph = sourceRequestOf(values, isSupervised(values) || values.supervisedBy !== undefined);
  return {
    graph,
    host: values.host,
    ports: await portsOf(values),
    restart: values.restart,
    restartDelayMs: values.restartDelay,
    graceMs: values.grace,
    limits: serveLimitsOf(values),
    tls: tlsFilesOf(values),
    metrics: metricsPlaceOf(values),
    logfileOf: (port) => values.logfile?.replaceAll("PORT", String(port)),
    supervisedBy: values.supervisedBy,
  };
}

/** The rules that span several flags. */
function checkTogether({
  port,
  numReplicas = 1,
  logfile,
  supervisedBy,
  restart,
}: ServeValues): void {
  const lastPort = port + numReplicas - 1;
  if (lastPort > 65535) {
    throw new DfsError(
      "usage",
      `--num-replicas ${numReplicas} from --port ${port} needs ports up to ${lastPort}, and ` +
        `65535 is the last; use --port ${65535 - numReplicas + 1} or lower`,
    );
  }
  if (numReplicas > 1 && logfile !== undefined && !logfile.includes("PORT")) {
    throw new DfsError(
      "usage",
      "--logfile must contain PORT for several replicas, such as server_PORT.log: " +
        `current value is "${logfile}"`,
    );
  }
  if (supervisedBy !== undefined && (numReplicas > 1 || restart !== "never")) {
    throw new DfsError(
      "usage",
      "--supervised-by is for one replica: it conflicts with supervising",
    );
  }
}

/** Ports that count up must not run into each other, or out of what there is. */
function checkMetricsPorts({ ports, metrics }: ServeConfig): void {
  if (metrics === undefined || metrics.port === 0) return;
  const metricsPorts = metricsPlacesOf(metrics, ports.length).map(({ port }) => port);
  const [first = 0, last = first] = [metricsPorts[0], metricsPorts.at(-1)];
  const shared = metricsPorts.find((port) => ports.includes(port));
  if (last <= 65_535 && shared === undefined) return;
  const why =
    shared === undefined ? "65535 is the last" : `a replica itself is to listen on ${shared}`;
  const range = first === last ? `port ${first}` : `ports ${first} to ${last}`;
  throw new DfsError(
    "usage",
    `--metrics-port needs ${range} for ${counted(ports.length, "replica")}: ${why}`,
  );
}

async function portsOf({ port, host, numReplicas = 1 }: ServeValues): Promise<readonly number[]> {
  const first = port === 0 ? await pickFreePortRun(host, numReplicas) : port;
  if (first !== undefined) {
    return Array.from({ length: numReplicas }, (_, index) => first + index);
  }
  const ports = numReplicas === 1 ? "a free port" : `${numReplicas} consecutive free ports`;
  throw new DfsError(
    "cannot-run",
    `Cannot find ${ports} on ${host}: is it an address of this machine?`,
  );
}
