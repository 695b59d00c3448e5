import { messageOf } from "../base/errors.ts";
import type { SearchResult } from "../graph/depth-first-search.ts";
import { type RunResponse, runDfs } from "../rpc/dfs-service.ts";
import type { DecidedQuestion } from "./dfs-question.ts";
import { rightAnswer } from "./right-answer.ts";
import type { Workload } from "./workload.ts";

/** `answer`: compare with the right answer. `status`: an OK that can be read is right. */
export type Verify = "answer" | "status";

/**
 * RunDFS with one and the same question. The right answer is found here, once, before the load
 * begins, when the graph is known here; else the first answer sets what is right for all others.
 */
export function dfsWorkload(question: DecidedQuestion, verify: Verify): Workload {
  const bytes = runDfs.requestSerialize(question.search);
  let right = verify === "answer" ? rightAnswer(question) : undefined;
  const answerFault = (answer: RunResponse): string | undefined => {
    const { fingerprint = question.fingerprint } = answer;
    // Replicas of the original system do not name theirs.
    if (fingerprint !== question.fingerprint) {
      const asked = `${question.spec}, fingerprint ${question.fingerprint}`;
      return `the replica serves another graph (fingerprint ${fingerprint}) than this run's (${asked})`;
    }
    right ??= answer;
    const isRight = answer.found === right.found && answer.visitedCount === right.visitedCount;
    return isRight ? undefined : `expected ${inWords(right)}, got ${inWords(answer)}`;
  };
  return {
    path: runDfs.path,
    isIdempotent: runDfs.idempotency !== "unknown",
    requestBytes: () => bytes,
    faultOf(_number, response) {
      const answer = readAnswer(response);
      if (typeof answer === "string") return answer;
      return verify === "status" ? undefined : answerFault(answer);
    },
  };
}

function readAnswer(response: Uint8Array): RunResponse | string {
  try {
    return runDfs.responseDeserialize(Buffer.from(response));
  } catch (error) {
    return `an answer that is no RunResponse: ${messageOf(error)}`;
  }
}

/** `found=true visited=341`. */
export function inWords(answer: SearchResult): string {
  return `found=${answer.found} visited=${answer.visitedCount}`;
}
