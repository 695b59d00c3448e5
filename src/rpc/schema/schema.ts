import type { DescMethod, DescService, FileRegistry } from "@bufbuild/protobuf";
import { DfsError } from "../../base/errors.ts";
import { limits } from "../../base/limits.ts";
import { didYouMean } from "../../base/nearest.ts";
import { type CallMethod, callMethod } from "./call-method.ts";

/** The services that .proto files, a protoset or a server describe. */
export class Schema {
  /** Where it comes from, in words such as `the reflection of localhost:50051`. */
  readonly source: string;
  /** Ordered by name. */
  readonly services: readonly DescService[];
  readonly #types: FileRegistry;
  readonly #otherNames: readonly string[];

  /** `otherNames`: services that are offered too, and not described here. */
  constructor(registry: FileRegistry, source: string, otherNames: readonly string[] = []) {
    this.#types = registry;
    this.source = source;
    this.#otherNames = otherNames;
    this.services = Array.from(registry)
      .filter((desc) => desc.kind === "service")
      .toSorted((a, b) => compare(a.typeName, b.typeName));
  }

  /** All that are offered, described or not; ordered. */
  get serviceNames(): readonly string[] {
    const names = [...this.services.map(({ typeName }) => typeName), ...this.#otherNames];
    return [...new Set(names)].toSorted(compare);
  }

  /**
   * `package.Service/Method`, with or without a slash before it, or with a dot between the two.
   * Throws a usage error that names the nearest; `flag` says where the name was written.
   */
  method(text: string, flag: string): CallMethod {
    const { service: serviceName, method: methodName } = splitMethod(text, flag);
    const service = this.service(serviceName, flag, text);
    const method = service.methods.find(({ name }) => name === methodName);
    if (method === undefined) throw unknownMethod(service, methodName, flag);
    return callMethod(method, this.#types);
  }

  /** Throws a usage error that names the nearest; `typed` is the text that named it. */
  service(name: string, flag: string, typed = name): DescService {
    const found = this.#types.getService(name);
    if (found !== undefined) return found;
    const names = this.serviceNames;
    if (names.includes(name)) {
      throw new DfsError(
        "cannot-run",
        `${flag} "${typed}": ${this.source} names the service "${name}", but does not describe ` +
          "it; --proto FILE or --protoset FILE do",
      );
    }
    throw new DfsError(
      "usage",
      `${flag} "${typed}": there is no service "${name}" in ${this.source}, ` +
        `${onlyText(names)}${this.#nearestService(name, names)}`,
    );
  }

  /** A method's name alone may be what was meant, so the short names count too. */
  #nearestService(name: string, names: readonly string[]): string {
    const short = (full: string) => full.slice(full.lastIndexOf(".") + 1);
    const same = names.find((full) => short(full).toLowerCase() === short(name).toLowerCase());
    return same === undefined ? didYouMean(name, names) : `; did you mean "${same}"?`;
  }
}

function onlyText(names: readonly string[]): string {
  const { servicesTellMaxCount } = limits;
  if (names.length === 0) return "which has none";
  const more = names.length - servicesTellMaxCount;
  const told = names.slice(0, servicesTellMaxCount).join(", ");
  return more > 0 ? `only ${told} and ${more} more` : `only ${told}`;
}

/** The two parts of a method's name; throws a usage error for what is none. */
export function splitMethod(text: string, flag: string): { service: string; method: string } {
  const match = /^\/?([\w.]+)[/.](\w+)$/.exec(text);
  const [, service, method] = match ?? [];
  if (service === undefined || method === undefined) {
    throw new DfsError(
      "usage",
      `${flag} must be a method such as package.Service/Method: current value is "${text}"`,
    );
  }
  return { service, method };
}

function unknownMethod({ typeName, methods }: DescService, name: string, flag: string): DfsError {
  const names = methods.map((method: DescMethod) => method.name);
  const has = names.length === 0 ? "none" : names.join(", ");
  return new DfsError(
    "usage",
    `${flag} "${typeName}/${name}": ${typeName} has no method "${name}": it has ${has}` +
      didYouMean(name, names),
  );
}

/** By code units, whatever the locale. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
