import type { SourceChange } from "./mutated-source.ts";

/** The code of streams, broken on purpose, and what the simulation must say about it. */
export interface StreamMutation {
  readonly name: string;
  readonly change: SourceChange;
  /** One of the violations matches. */
  readonly caughtBy: RegExp;
}

const run = (...replace: readonly (readonly [string, string])[]): SourceChange => {
  return { file: "stream-run.ts", replace };
};
const attempt = (...replace: readonly (readonly [string, string])[]): SourceChange => {
  return { file: "stream-attempt.ts", replace };
};

export const streamMutations: readonly StreamMutation[] = [
  {
    name: "a message does not start the memory of tried replicas over",
    change: run(["    this.#stopWaiting();\n    this.#round.startOver(attempt);\n", ""]),
    caughtBy: /waits though replica \d is healthy and untried/,
  },
  {
    name: "messages of an attempt that was given up are taken",
    change: run(
      [
        "    if (attempt !== this.#current) return;\n    const { itemCount }",
        "    const { itemCount }",
      ],
      ["    attempt.cancel();\n    this.#launch(replica);", "    this.#launch(replica);"],
    ),
    caughtBy: /is wrong: message/,
  },
  {
    name: "the next attempt asks for what the first asked for",
    change: run([
      "attempt.start(this.#request, this.#consumer.nextRequest());",
      "this.early ??= this.#consumer.nextRequest(); attempt.start(this.#request, this.early);",
    ]),
    caughtBy: /asks for what comes after 0, having \d+/,
  },
  {
    name: "the next attempt is asked for before the last message is taken",
    change: run(
      [
        "    const complaint = this.#consumer.take(message);\n",
        "    this.early = this.#consumer.nextRequest();\n" +
          "    const complaint = this.#consumer.take(message);\n",
      ],
      [
        "attempt.start(this.#request, this.#consumer.nextRequest());",
        "attempt.start(this.#request, this.early ?? this.#consumer.nextRequest());",
      ],
    ),
    caughtBy: /asks for what comes after \d+, having \d+/,
  },
  {
    name: "nobody watches for silence",
    change: attempt(
      ["    else this.#watch.start();\n", ""],
      ["    if (!this.isAdrift) this.#watch.heard();\n", ""],
    ),
    caughtBy: /stood still from/,
  },
  {
    name: "a suspect replica keeps its stream",
    change: run([
      'if (step.kind === "attempt") this.#replace(attempt, step.replica, silence);',
      'if (step.kind === "attempt") return;',
    ]),
    caughtBy: /stood still from/,
  },
  {
    name: "an attempt that is replaced is not cancelled",
    change: run([
      "    attempt.cancel();\n    this.#launch(replica);",
      "    this.#launch(replica);",
    ]),
    caughtBy: /has two attempts open/,
  },
  {
    name: "an attempt that begins during a pause is not paused",
    change: attempt(["    if (this.#isPaused) this.pause();\n    else", "   "]),
    caughtBy: /took a message while it was paused/,
  },
  {
    name: "what is not idempotent is continued all the same",
    change: run(["(!end.mayHaveExecuted || this.#request.mayExecuteTwice) &&", ""]),
    caughtBy: /not idempotent, was (sent again|executed)/,
  },
  {
    name: "a lost final status is held against a stream that has everything",
    change: run([
      "    if (this.#consumer.isComplete) {\n      this.#complete();\n    } else if (end.status",
      "    if (end.status",
    ]),
    caughtBy: /is wrong: the stream ended/,
  },
  {
    name: "a lost connection ends the stream",
    change: run(['this.#advance("failure").kind === "end"', "true"]),
    caughtBy: /gave up before its deadline/,
  },
  {
    name: "a deadline is not kept",
    change: run([
      "    if (deadlineUs !== Number.POSITIVE_INFINITY) {",
      "    if (deadlineUs < 0) {",
    ]),
    caughtBy: /outlived its deadline|ended 0 times/,
  },
  {
    name: "gaps are not told",
    change: run(["    if (gap !== undefined) this.#events.onGap(gap);\n", ""]),
    caughtBy: /tells of 0 gaps instead of/,
  },
  {
    name: "done is told twice",
    change: run(["    if (this.#isDone) return;\n    this.#isDone = true;\n", ""]),
    caughtBy: /ended \d+ times/,
  },
];
