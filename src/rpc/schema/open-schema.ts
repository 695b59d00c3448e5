import { type AskReflection, askReflection } from "./ask-reflection.ts";
import { fileRegistry } from "./file-set.ts";
import { readProtoFiles } from "./proto-files.ts";
import { readProtoset } from "./protoset.ts";
import { Schema } from "./schema.ts";

/** Where a schema comes from. */
export type SchemaSource =
  | {
      readonly kind: "proto";
      readonly paths: readonly string[];
      readonly importPaths: readonly string[];
    }
  | { readonly kind: "protoset"; readonly path: string }
  | { readonly kind: "reflection" };

/** The source as the run header names it. */
export function schemaSourceText(source: SchemaSource): string {
  switch (source.kind) {
    case "proto":
      return source.paths.join(",");
    case "protoset":
      return source.path;
    case "reflection":
      return "reflection";
  }
}

/**
 * The services that `source` describes; servers are asked only where it is no file. Throws
 * `cannot-run` for files that cannot be read, and servers that do not tell.
 */
export async function openSchema(source: SchemaSource, options: AskReflection): Promise<Schema> {
  switch (source.kind) {
    case "proto": {
      const { paths, importPaths } = source;
      const name = schemaSourceText(source);
      return new Schema(fileRegistry(readProtoFiles(paths, importPaths), name), name);
    }
    case "protoset":
      return new Schema(fileRegistry(readProtoset(source.path), source.path), source.path);
    case "reflection": {
      const reflected = await askReflection(options);
      const { files, serviceNames } = reflected;
      return new Schema(fileRegistry(files, reflected.source), reflected.source, serviceNames);
    }
  }
}
