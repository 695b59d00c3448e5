import { describe, expect, test } from "bun:test";
import { constantProfile } from "../load/load-profile.ts";
import { loadConfig, loadFlags } from "./load-flags.ts";
import { streamFlags, streamHeadline, withStreams } from "./stream-flags.ts";
import { parseStrictly, readFlags } from "./strict-args.ts";

const flags = { ...loadFlags, ...streamFlags };

function configOf(...words: readonly string[]) {
  const args = parseStrictly(["--replicas", "localhost:1,localhost:2", ...words], flags, false);
  const values = readFlags(flags, args);
  return withStreams(loadConfig(values), values, new Set(args.texts.keys()));
}

describe("withStreams()", () => {
  test("leaves a load of requests as it is", () => {
    expect(configOf()).toMatchObject({ mode: "unary", streams: undefined });
    const { profile } = configOf("--mode", "unary", "--rate", "5");
    expect(profile).toEqual(constantProfile(5, 60_000));
  });

  test("runs a stream for each replica over the whole graph, unless told otherwise", () => {
    const config = configOf("--mode", "stream");
    expect(config).toMatchObject({
      mode: "stream",
      streams: { count: 2, ratePerSecond: undefined, numVertices: undefined },
      question: { target: "none" },
    });
    expect(streamHeadline(config)).toBe("2 streams");
    const other = configOf("--mode", "stream", "--streams", "1", "--stream-rate", "2.5");
    expect(other.streams).toMatchObject({ count: 1, ratePerSecond: 2.5 });
    expect(streamHeadline(other)).toBe("1 stream, each read at 2.5 vertices/s,");
    expect(configOf("--mode", "stream", "--target", "7").question.target).toEqual({ vertex: 7 });
  });

  test.each([
    [["--mode", "stream", "--rate", "10"], "--rate does not go with --mode stream: "],
    [["--mode", "stream", "--concurrency", "2"], "--concurrency does not go with --mode stream: "],
    [["--mode", "stream", "--max-in-flight", "2"], "--max-in-flight does not go with --mode "],
    [["--mode", "stream", "--deadline", "5"], "--deadline does not go with --mode stream: "],
    [["--mode", "stream", "--verify", "answer"], "--verify does not go with --mode stream: "],
    [["--streams", "2"], "--streams is of streams: add --mode stream"],
    [["--mode", "unary", "--stream-rate", "2"], "--stream-rate is of streams: add --mode stream"],
    [["--mode", "stream", "--streams", "0"], "--streams must be a whole number in 1..1000"],
    [["--mode", "both"], "--mode must be one of unary, stream"],
  ])("refuses %j", (words, text) => {
    expect(() => configOf(...words)).toThrow(text);
  });
});
