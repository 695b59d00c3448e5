import { create, createFileRegistry, type FileRegistry } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { DfsError, messageOf } from "../../base/errors.ts";
import { completeNames } from "./complete-names.ts";
import { wellKnownFile } from "./well-known-files.ts";

/**
 * All types of `files`, in whatever order they come; `source` names them in errors. Throws
 * `cannot-run` when a file is missing that another imports, or one does not fit the others.
 */
export function fileRegistry(files: readonly FileDescriptorProto[], source: string): FileRegistry {
  const ordered = inOrder(files, source);
  completeNames(ordered);
  try {
    const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: [...ordered] }));
    refuseEmptyEnums(registry);
    return registry;
  } catch (error) {
    throw new DfsError("cannot-run", `${source} cannot be used: ${messageOf(error)}`);
  }
}

/** Their fields would have no default; no compiler makes one. */
function refuseEmptyEnums(registry: FileRegistry): void {
  for (const type of registry) {
    if (type.kind !== "enum" || type.values.length > 0) continue;
    throw new Error(`the enum ${type.typeName} has no values`);
  }
}

/** What is imported comes first. */
function inOrder(
  files: readonly FileDescriptorProto[],
  source: string,
): readonly FileDescriptorProto[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const ordered = new Map<string, FileDescriptorProto>();
  const add = (file: FileDescriptorProto, trail: ReadonlySet<string>): void => {
    if (ordered.has(file.name)) return;
    if (trail.has(file.name)) {
      throw new DfsError("cannot-run", `${source}: ${file.name} imports itself by way of others`);
    }
    for (const name of file.dependency) {
      const dependency = byName.get(name) ?? wellKnownFile(name);
      if (dependency === undefined) throw missingFile(source, name, file.name);
      add(dependency, new Set([...trail, file.name]));
    }
    ordered.set(file.name, file);
  };
  for (const file of files) add(file, new Set());
  return [...ordered.values()];
}

function missingFile(source: string, name: string, importer: string): DfsError {
  return new DfsError(
    "cannot-run",
    `${source} lacks ${name}, which ${importer} imports ` +
      "(protoc puts it in with --include_imports)",
  );
}
