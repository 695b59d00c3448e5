/** What must be known of a test file to run it beside others. */
export interface TestFile {
  readonly path: string;
  /** How long it takes, roughly. */
  readonly seconds: number;
  /** Some of its tests judge whether a load kept its rate: see when-busy.ts. */
  readonly isJudged: boolean;
  /** It keeps processors busy by itself. */
  readonly isHeavy: boolean;
  /** It plays `dfs demo`, which takes the guide's own ports. */
  readonly playsDemo: boolean;
}

/** Those that took longest when last looked at; of others it is not known, and they are short. */
export interface KnownFile {
  readonly seconds?: number;
  readonly isHeavy?: boolean;
}

const unknownSeconds = 10;

export function describeFile(path: string, text: string, known: KnownFile = {}): TestFile {
  return {
    path,
    seconds: known.seconds ?? unknownSeconds,
    isJudged: text.includes("when-busy.ts"),
    isHeavy: known.isHeavy ?? false,
    playsDemo: /"demo"/.test(text),
  };
}

/**
 * The file to start next beside those that run, undefined when all have to wait. Of those that may,
 * the heavy ones come first, since many files have to be over before one of them can begin later;
 * then the longest, so that what is left at the end is short.
 */
export function nextFile(
  waiting: readonly TestFile[],
  running: readonly TestFile[],
): TestFile | undefined {
  const possible = waiting.filter((file) => running.every((other) => mayRunBeside(file, other)));
  const rank = ({ isHeavy, seconds }: TestFile) => (isHeavy ? 1e6 : 0) + seconds;
  return possible.toSorted((a, b) => rank(b) - rank(a))[0];
}

function mayRunBeside(one: TestFile, other: TestFile): boolean {
  if (one.playsDemo && other.playsDemo) return false;
  return !(one.isHeavy && (other.isJudged || other.isHeavy)) && !(one.isJudged && other.isHeavy);
}
