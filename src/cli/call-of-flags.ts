import { resolve } from "node:path";
import { type Endpoint, quoted } from "../base/endpoint.ts";
import { DfsError, messageOf } from "../base/errors.ts";
import { readGivenFile } from "../base/given-file.ts";
import { limits } from "../base/limits.ts";
import type { Channel } from "../rpc/channel.ts";
import { metadataRule } from "../rpc/grpc-metadata.ts";
import type { CallMethod } from "../rpc/schema/call-method.ts";
import { openSchema, type SchemaSource, schemaSourceText } from "../rpc/schema/open-schema.ts";
import { parseJson } from "../rpc/schema/parse-json.ts";
import { type Schema, splitMethod } from "../rpc/schema/schema.ts";
import { type Call, defaultRequestIdHeader } from "../workload/call.ts";
import {
  type CallData,
  checkDataSize,
  dataItem,
  dataLines,
  sampleValues,
} from "../workload/call-data.ts";
import {
  type CallExpectation,
  parseIgnoredField,
  parseStatuses,
} from "../workload/call-expectation.ts";
import { CallMetadata } from "../workload/call-metadata.ts";
import type { CallFlagValues } from "./call-flags.ts";
import { checkCallKind } from "./call-kind-flags.ts";

/** The servers that may be asked for the schema, and how. */
export interface Servers {
  readonly replicas: readonly Endpoint[];
  readonly openChannel: (endpoint: Endpoint) => Channel;
}

/** How long a server may take to answer one question about its services. */
const reflectionWithinMs = 5000;

/**
 * The call that the flags ask for, checked to the last field; undefined: none. Asks the servers for
 * the schema where no file gives it. Throws usage errors, and `cannot-run` for a schema that cannot
 * be read.
 */
export async function callOfFlags(
  values: CallFlagValues,
  servers: Servers,
): Promise<Call | undefined> {
  const { call: text, authority } = values;
  if (text === undefined) return undefined;
  const { service } = splitMethod(text, "--call");
  const metadata = CallMetadata.parse(values.metadata);
  const requestIdHeader = requestIdHeaderOf(values, metadata);
  const statuses = parseStatuses(values.expectStatus ?? "OK", "--expect-status");
  refuseUnmet(values, statuses.has("OK"));
  const schema = await schemaOfFlags(values, servers, (name) => name === service);
  const method = schema.method(text, "--call");
  checkCallKind(method, values);
  return {
    ...{ method, metadata, authority, requestIdHeader },
    schema: schemaSourceText(schemaSource(values)),
    data: await dataOf(values, method, await dataText(values)),
    expectation: { ...expectationOf(values, method), statuses },
    isDeclaredIdempotent: values.idempotent,
  };
}

/** Only an OK has an answer to compare. */
function refuseUnmet({ expect, expectSame }: CallFlagValues, isOkExpected: boolean): void {
  if (isOkExpected || (expect === undefined && !expectSame)) return;
  const flag = expect === undefined ? "--expect-same" : "--expect";
  throw new DfsError("usage", `${flag} says nothing when --expect-status is without OK`);
}

/** The services that the files of the flags describe, else the server. */
export async function schemaOfFlags(
  values: CallFlagValues,
  { replicas, openChannel }: Servers,
  wants: (serviceName: string) => boolean,
): Promise<Schema> {
  const source = schemaSource(values);
  const asked = source.kind === "reflection" ? replicas : [];
  const channels = asked.map(openChannel);
  const metadata = CallMetadata.parse(values.metadata);
  try {
    return await openSchema(source, {
      ...{ channels, metadata: metadata.render(sampleValues[0]), wants },
      timeoutMs: reflectionWithinMs,
    });
  } catch (error) {
    if (!(error instanceof DfsError)) throw error;
    throw new DfsError(error.code, metadata.hideSecrets(error.message), { cause: error.cause });
  } finally {
    for (const channel of channels) channel.close();
  }
}

function schemaSource({ proto, importPath, protoset }: CallFlagValues): SchemaSource {
  if (protoset !== undefined) return { kind: "protoset", path: protoset };
  if (proto.length === 0) return { kind: "reflection" };
  return { kind: "proto", paths: eachOnce(proto), importPaths: importPath };
}

/** One file may be typed twice, or in two ways, as by a script that adds to its flags. */
function eachOnce(paths: readonly string[]): readonly string[] {
  const byFile = new Map<string, string>();
  for (const path of paths) {
    const file = resolve(path);
    if (!byFile.has(file)) byFile.set(file, path);
  }
  return [...byFile.values()];
}

function requestIdHeaderOf(
  { requestIdHeader = defaultRequestIdHeader }: CallFlagValues,
  metadata: CallMetadata,
): string | undefined {
  if (requestIdHeader === "none") return undefined;
  const key = requestIdHeader.toLowerCase();
  const rule = requestIdRule(key);
  if (rule !== undefined) {
    throw new DfsError(
      "usage",
      `--request-id-header must be a key of metadata, such as ${defaultRequestIdHeader}, or none ` +
        `(${rule}): current value is ${quoted(requestIdHeader)}`,
    );
  }
  if (metadata.has(key)) {
    throw new DfsError(
      "usage",
      `--metadata ${key} is the key that carries a request's id: ` +
        "--request-id-header names another, or none",
    );
  }
  return key;
}

/** What servers and proxies read from a request, and would read wrongly from an id. */
const meaningfulKeys =
  /^(accept|accept-.*|(proxy-)?authorization|cookie|forwarded|origin|referer|traceparent|upgrade|user-agent|via)$/;

/** Why the key cannot carry a request's id; undefined: it can. */
function requestIdRule(key: string): string | undefined {
  if (key.startsWith("grpc-")) return "gRPC keeps keys that begin with grpc- to itself";
  if (key.endsWith("-bin")) return "an id is no bytes";
  if (meaningfulKeys.test(key)) return `${key} has a meaning of its own`;
  return metadataRule(key, "run-1");
}

async function dataText({ data = "{}", dataFile }: CallFlagValues): Promise<string> {
  if (dataFile !== undefined) return readText(dataFile, "--data-file");
  if (!data.startsWith("@")) return data;
  if (data === "@") throw new DfsError("usage", "--data must name a file after @, or @- for stdin");
  if (data === "@-") return stdinText();
  return readText(data.slice(1), "--data");
}

async function stdinText(): Promise<string> {
  const pieces: Uint8Array[] = [];
  let count = 0;
  for await (const piece of Bun.stdin.stream()) {
    count += piece.length;
    checkDataSize(count, "--data @-");
    pieces.push(piece);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}

function readText(path: string, flag: string): string {
  const bytes = readGivenFile(path, `${flag} ${path}`, limits.callDataMaxBytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DfsError("cannot-run", `Cannot read ${flag} ${path}: ${messageOf(error)}`);
  }
}

async function dataOf(values: CallFlagValues, method: CallMethod, text: string): Promise<CallData> {
  const { data = "{}", dataFile, shuffle: isShuffled, expectSame } = values;
  const items =
    dataFile === undefined
      ? [dataItem(text, data.startsWith("@") ? `--data ${data}` : "--data", method)]
      : await dataLines(text, dataFile, method);
  if (expectSame) refuseUnlike(items);
  const { dataShownMaxLength } = limits;
  const shown = data.length > dataShownMaxLength ? `${data.slice(0, dataShownMaxLength)}...` : data;
  return { items, isShuffled, source: dataFile ?? shown };
}

/** Answers are compared to those that were asked the same. */
function refuseUnlike(items: CallData["items"]): void {
  for (const { template, where } of items) {
    const hole = template.holes.find((name) => name !== "random");
    if (hole === undefined) continue;
    throw new DfsError(
      "usage",
      `--expect-same compares answers to the same request, and ${where} makes ` +
        `each another one by {{${hole}}}`,
    );
  }
}

/** What looks like a hole would never be filled in, and so never be met. */
function refuseHoles(expect: string | undefined): void {
  if (expect?.includes("{{") !== true) return;
  throw new DfsError(
    "usage",
    "--expect takes no templates, as it is the same for all requests; a text with {{ in it is " +
      "written with \\u007b{",
  );
}

function expectationOf(
  { expect, expectSame, ignoreField }: CallFlagValues,
  { response }: CallMethod,
): Omit<CallExpectation, "statuses"> {
  refuseHoles(expect);
  const subset =
    expect === undefined
      ? undefined
      : response.canonical(parseJson(expect, "--expect"), "--expect");
  return {
    subset,
    subsetText: subset === undefined ? undefined : JSON.stringify(subset),
    isSame: expectSame,
    ignored: ignoreField.map((field) => parseIgnoredField(field, response.desc)),
  };
}
