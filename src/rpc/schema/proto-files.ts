import { realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { DfsError } from "../../base/errors.ts";
import { readGivenFile } from "../../base/given-file.ts";
import { limits } from "../../base/limits.ts";
import { fileDescriptor } from "./proto-descriptor.ts";
import { typeNames } from "./proto-names.ts";
import { lineOf, type ProtoSource, parseProtoSource } from "./proto-source.ts";
import { wellKnownFile } from "./well-known-files.ts";

/**
 * The .proto files of `paths` and all that they import, which is looked for in `importPaths`, then
 * beside the files, then in the current directory; those of google/protobuf are always there. One
 * that is nowhere is missed only where a type of it is used: most are there for options alone.
 * Throws `cannot-run`, with file and line, for whatever cannot be read.
 */
export function readProtoFiles(
  paths: readonly string[],
  importPaths: readonly string[],
): readonly FileDescriptorProto[] {
  return new ProtoFiles(paths, importPaths).read();
}

class ProtoFiles {
  readonly #paths: readonly string[];
  readonly #importPaths: readonly string[];
  readonly #searched: readonly string[];
  /** By the file itself, whatever it was called on the way to it. */
  readonly #sources = new Map<string, ProtoSource>();
  readonly #wellKnown = new Map<string, FileDescriptorProto>();
  /** Of each source the names of what it imports. */
  readonly #dependencies = new Map<ProtoSource, string[]>();
  /** What is imported and nowhere, in words. */
  readonly #missing: string[] = [];

  constructor(paths: readonly string[], importPaths: readonly string[]) {
    this.#paths = paths;
    this.#importPaths = importPaths;
    this.#searched = [...new Set([...importPaths, ...paths.map((path) => dirname(path)), "."])];
  }

  read(): readonly FileDescriptorProto[] {
    const missing = this.#importPaths.find((path) => !isDirectory(path));
    if (missing !== undefined) {
      throw new DfsError("cannot-run", `--import-path ${missing} is no directory`);
    }
    for (const path of this.#paths) this.#load(path, this.#place(path));
    const sources = [...this.#sources.values()];
    const ready = [...this.#wellKnown.values()];
    const names = typeNames(sources, ready);
    const made = sources.map((source) => {
      const [missing] = this.#missing;
      const dependencies = this.#dependencies.get(source) ?? [];
      return fileDescriptor(source, { names, dependencies, missing });
    });
    return [...ready, ...made];
  }

  /** As given, else, as protoc has it, within an import path. */
  #place(path: string): string {
    const places = [path, ...this.#importPaths.map((directory) => join(directory, path))];
    const place = places.find(isThere);
    if (place !== undefined) return place;
    const also = this.#importPaths.length === 0 ? "" : `, nor in ${this.#importPaths.join(", ")}`;
    throw new DfsError("cannot-run", `Cannot read the proto file ${path}: no such file${also}`);
  }

  #load(name: string, path: string): ProtoSource {
    const real = realpathSync(path);
    const known = this.#sources.get(real);
    if (known !== undefined) return known;
    if (this.#sources.size >= limits.protoFileMaxCount) {
      throw new DfsError("cannot-run", `More than ${limits.protoFileMaxCount} proto files`);
    }
    const source = parseProtoSource(name, path, readText(path));
    this.#sources.set(real, source);
    this.#dependencies.set(
      source,
      source.imports
        .map((imported) => this.#import(imported, source))
        .filter((imported) => imported !== undefined),
    );
    return source;
  }

  /** Returns the name of the file that `imported` means; undefined when it is nowhere. */
  #import(imported: string, importer: ProtoSource): string | undefined {
    const wellKnown = wellKnownFile(imported);
    if (wellKnown !== undefined) {
      this.#addWellKnown(wellKnown);
      return imported;
    }
    const found = this.#searched.map((directory) => join(directory, imported)).find(isThere);
    if (found === undefined) {
      const line = lineOf(importer, imported.split("/").at(-1) ?? imported);
      const place = line === undefined ? importer.path : `${importer.path}:${line}`;
      this.#missing.push(
        `the file "${imported}" that ${place} imports is in none of ` +
          `${this.#searched.join(", ")}: name its directory by --import-path DIR`,
      );
      return undefined;
    }
    return this.#load(imported, found).name;
  }

  #addWellKnown(file: FileDescriptorProto): void {
    for (const name of file.dependency) {
      const needed = wellKnownFile(name);
      if (needed !== undefined) this.#addWellKnown(needed);
    }
    this.#wellKnown.set(file.name, file);
  }
}

function isThere(path: string): boolean {
  try {
    realpathSync(path);
    return true;
  } catch {
    return false;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function readText(path: string): string {
  const bytes = readGivenFile(path, `the proto file ${path}`, limits.protoFileMaxBytes);
  return new TextDecoder().decode(bytes);
}
