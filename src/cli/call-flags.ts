import { quoted } from "../base/endpoint.ts";
import { DfsError } from "../base/errors.ts";
import { isAuthority } from "../base/host.ts";
import { defaultRequestIdHeader } from "../workload/call.ts";
import * as flags from "./flags.ts";
import { flagName } from "./strict-args.ts";
import { tlsFlags } from "./tls-flags.ts";

/** The flags of a load that calls a method of any service. */
export const callFlags = {
  call: flags.text.optional({
    description: "Method to call, of any service, instead of dfs.DFSService/RunDFS",
    valueHint: "package.Service/Method",
  }),
  proto: flags.repeated(
    {
      description:
        "File that describes it; repeatable (Default: the server is asked, by server reflection)",
      valueHint: "FILE.proto",
    },
    flags.parseText,
  ),
  importPath: flags.repeated(
    { description: "Where files that --proto imports are; repeatable", valueHint: "DIR" },
    flags.parseText,
  ),
  protoset: flags.text.optional({
    description: "The same compiled, by protoc --include_imports --descriptor_set_out=FILE",
    valueHint: "FILE",
  }),
  list: flags.valueOrNone(
    {
      description:
        "Print the services that there are, or a service's methods and messages; no load",
      valueHint: "SERVICE",
    },
    flags.parseText,
  ),
  data: flags.text.optional({
    description: "The request as JSON; @FILE: from a file, @-: from stdin (Default: {})",
    valueHint: "JSON|@FILE",
  }),
  dataFile: flags.text.optional({
    description: "Requests as JSON, one a line, used in order, again and again",
    valueHint: "FILE",
  }),
  shuffle: flags.toggle("Use those of --data-file in another order each time, by --seed"),
  metadata: flags.repeated(
    {
      description: "Sent with every request; repeatable; of a key that ends in -bin as base64",
      valueHint: "KEY=VALUE",
    },
    flags.parseText,
  ),
  authority: flags.text.optional({
    description: "What servers are told whom they are asked as (Default: their endpoint)",
    valueHint: "NAME",
  }),
  requestIdHeader: flags.text.optional({
    description: `Key of the metadata that carries a request's id, or none (Default: ${defaultRequestIdHeader})`,
    valueHint: "KEY|none",
  }),
  idempotent: flags.toggle(
    "The method may be executed twice for one request, though the schema does not say so",
  ),
  expect: flags.text.optional({
    description: "What a right answer holds at least",
    valueHint: "JSON",
  }),
  expectSame: flags.toggle("Right answers to the same request are alike, whoever answers"),
  ignoreField: flags.repeated(
    { description: "But for this field; repeatable", valueHint: "a.b" },
    flags.parseText,
  ),
  expectStatus: flags.text.optional({
    description: "Statuses of right answers (Default: OK)",
    valueHint: "OK,NOT_FOUND",
  }),
};

export type CallFlagValues = flags.FlagValues<typeof callFlags>;

/** Those that say nothing without --call; the rest describe services, as --list needs too. */
const onlyWithCall = [
  ...["data", "data-file", "shuffle", "request-id-header", "idempotent"],
  ...["expect", "expect-same", "ignore-field", "expect-status"],
];
const ofSchemas = ["proto", "import-path", "protoset", "metadata", "authority"];
const ofList: ReadonlySet<string> = new Set([
  ...["list", "replicas", ...ofSchemas],
  ...Object.keys(tlsFlags).map(flagName),
]);

/** By name: what asks DFSService, and therefore nothing of another service. */
const onlyOfDfs = [
  ...["target", "target-name", "source", "source-name", "num-vertices", "verify"],
  ...["mode", "streams", "stream-rate"],
  ...["graph", "undirected", "graph-format", "graph-cache"],
];

/** Throws a usage error for flags that do not go together. */
export function checkCallFlags(values: CallFlagValues, typed: ReadonlySet<string>): void {
  const { call, list } = values;
  if (call !== undefined && list !== undefined) {
    throw new DfsError("usage", "--list makes no calls: give --call or --list");
  }
  if (call === undefined) refuseLone(values, typed);
  else {
    const [flag] = onlyOfDfs.filter((name) => typed.has(name));
    if (flag !== undefined) {
      throw new DfsError(
        "usage",
        `--${flag} is of dfs.DFSService's own question: it does not go with --call`,
      );
    }
  }
  if (values.proto.length > 0 && values.protoset !== undefined) {
    throw new DfsError("usage", "--proto and --protoset both describe services: give one of them");
  }
  refuseWithout(values.importPath.length > 0 && values.proto.length === 0, "import-path", "proto");
  refuseWithout(values.shuffle && values.dataFile === undefined, "shuffle", "data-file");
  refuseWithout(values.ignoreField.length > 0 && !values.expectSame, "ignore-field", "expect-same");
  if (values.authority !== undefined) refuseAuthority(values.authority);
  if (values.data !== undefined && values.dataFile !== undefined) {
    throw new DfsError("usage", "--data and --data-file both are the requests: give one of them");
  }
}

function refuseLone({ list }: CallFlagValues, typed: ReadonlySet<string>): void {
  if (list !== undefined) {
    const [flag] = [...typed].filter((name) => !ofList.has(name));
    if (flag === undefined) return;
    throw new DfsError("usage", `--list makes no calls: --${flag} says nothing beside it`);
  }
  const [flag] = [...onlyWithCall, ...ofSchemas].filter((name) => typed.has(name));
  if (flag === undefined) return;
  throw new DfsError("usage", `--${flag} is of calls: add --call package.Service/Method`);
}

function refuseAuthority(authority: string): void {
  if (isAuthority(authority)) return;
  const bare = authority.replace(/^[a-z][a-z0-9+.-]*:\/+/i, "").replace(/[/?#].*$/, "");
  const near = bare.slice(bare.lastIndexOf("@") + 1);
  const hint = isAuthority(near) ? `; did you mean "${near}"?` : "";
  throw new DfsError(
    "usage",
    "--authority must be the name of a host, with a port or without: " +
      `current value is ${quoted(authority)}${hint}`,
  );
}

function refuseWithout(isWrong: boolean, flag: string, other: string): void {
  if (isWrong) throw new DfsError("usage", `--${flag} says nothing without --${other}`);
}
