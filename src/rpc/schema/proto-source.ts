import protobuf from "protobufjs";
import { DfsError, messageOf } from "../../base/errors.ts";

/** A .proto file as it was parsed, alone: names in it are not resolved yet. */
export interface ProtoSource {
  /** As other files import it. */
  readonly name: string;
  /** Where it was read. */
  readonly path: string;
  readonly text: string;
  readonly syntax: "proto2" | "proto3";
  readonly packageName: string;
  /** As written. */
  readonly imports: readonly string[];
  /** What is declared at the top of the file's package. */
  readonly top: protobuf.NamespaceBase;
}

/** Throws `cannot-run`, with file and line, for a text that is no .proto file. */
export function parseProtoSource(name: string, path: string, text: string): ProtoSource {
  const parsed = parsedOrThrow(path, text);
  const packageName = parsed.package ?? "";
  const top = packageName === "" ? parsed.root : parsed.root.lookup(packageName);
  return {
    ...{ name, path, text, packageName },
    syntax: syntaxOf(path, text),
    imports: [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])],
    top: top instanceof protobuf.Namespace ? top : parsed.root,
  };
}

function parsedOrThrow(path: string, text: string): protobuf.IParserResult {
  try {
    return protobuf.parse(text, new protobuf.Root(), { keepCase: true });
  } catch (error) {
    // The parser stumbles over an end that it does not expect.
    const reason =
      error instanceof TypeError ? "it ends too early: is a } missing?" : messageOf(error);
    // `illegal token 'x' (line 3)`: editors jump to file:line.
    const line = /\(line (\d+)\)$/.exec(reason)?.[1];
    const place = line === undefined ? path : `${path}:${line}`;
    throw new DfsError("cannot-run", `${place}: ${spoken(reason)}`);
  }
}

/** Without the line, and where the parser read on beyond the end, without its `null`. */
function spoken(reason: string): string {
  return reason.replace(/ \(line \d+\)$/, "").replace("illegal token 'null'", "unexpected end");
}

/** By the first statement, which must say it; a file that does not is of proto2. */
function syntaxOf(path: string, text: string): ProtoSource["syntax"] {
  const tokens = protobuf.tokenize(text, false);
  const first = tokens.next();
  if (first === "edition") {
    throw new DfsError(
      "cannot-run",
      `${path}: files of an edition cannot be read from source: give what ` +
        "protoc --include_imports --descriptor_set_out=FILE makes of it as --protoset FILE",
    );
  }
  if (first !== "syntax") return "proto2";
  tokens.skip("=");
  tokens.next();
  return tokens.next() === "proto3" ? "proto3" : "proto2";
}

/** The first line in which `word` stands, counted from 1; undefined when it is in none. */
export function lineOf({ text }: ProtoSource, word: string): number | undefined {
  const index = text.split("\n").findIndex((line) => line.split(/[^\w.]+/).includes(word));
  return index < 0 ? undefined : index + 1;
}
