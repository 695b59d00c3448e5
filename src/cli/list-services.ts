import { DfsError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { type MethodWords, serviceWords } from "../rpc/schema/service-words.ts";
import type { CallFlagValues } from "./call-flags.ts";
import { type Servers, schemaOfFlags } from "./call-of-flags.ts";

/**
 * What `--list` prints: the services, or of the one that is named its methods and messages. Throws
 * what schemaOfFlags() throws, and a usage error for a service that is not there.
 */
export async function serviceLines(
  values: CallFlagValues,
  servers: Servers,
): Promise<readonly string[]> {
  const { list } = values;
  if (servers.replicas.length === 0 && values.proto.length === 0 && values.protoset === undefined) {
    throw new DfsError("usage", "--list needs --replicas to ask, or --proto, or --protoset");
  }
  const schema = await schemaOfFlags(values, servers, (name) => name === list);
  if (list === undefined || list === "alone") {
    const { serviceNames, source } = schema;
    if (serviceNames.length === 0) return [printable(`There is no service in ${source}`)];
    return [`Services in ${source}:`, ...serviceNames.map((name) => `  ${name}`)].map(printable);
  }
  const { methods, types } = serviceWords(schema.service(list, "--list"));
  return [
    `${list}, in ${schema.source}:`,
    ...methodLines(methods),
    ...types.flatMap(({ kind, name, members }) => [
      "",
      `${kind} ${name}`,
      ...(members.length === 0 ? ["  (no fields)"] : members.map((member) => `  ${member}`)),
    ]),
  ].map(printable);
}

function methodLines(methods: readonly MethodWords[]): readonly string[] {
  const width = (text: (method: MethodWords) => string) =>
    Math.max(0, ...methods.map((method) => text(method).length));
  const widths = {
    name: width(({ name }) => name),
    kind: width(({ kind }) => kind),
    idempotency: width(({ idempotency }) => idempotency),
  };
  return methods.map(({ name, kind, idempotency, request, response }) => {
    const [first, second] = [name.padEnd(widths.name), kind.padEnd(widths.kind)];
    const third = idempotency.padEnd(widths.idempotency);
    return `  ${first}  ${second}  ${third}  ${request} -> ${response}`;
  });
}
