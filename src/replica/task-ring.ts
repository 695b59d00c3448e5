import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/errors.ts";
import type { Task } from "./search-task.ts";

export interface TaskRingOptions {
  readonly clock: Clock;
  /** A task's turn, before others have theirs and messages are read. */
  readonly turnMs: number;
  /** The task has thrown; it is closed and gone. */
  onFailure(task: Task, failure: string): void;
  /** The task is closed and gone, for whatever reason. */
  onClosed(task: Task): void;
}

/**
 * Gives the tasks of one thread turns, one after the other; between two turns whatever has arrived
 * for the thread is taken in, so that nothing waits longer than a turn.
 */
export class TaskRing {
  readonly #options: TaskRingOptions;
  readonly #ready: Task[] = [];
  readonly #waiting = new Map<number, Task>();
  #isScheduled = false;

  constructor(options: TaskRingOptions) {
    this.#options = options;
  }

  /** A new task has the next turn: most are short, and those before it have had theirs. */
  add(task: Task): void {
    this.#ready.unshift(task);
    this.#schedule();
  }

  /** A task that waits may go on. */
  wake(job: number): void {
    const task = this.#waiting.get(job);
    if (task === undefined) return;
    this.#waiting.delete(job);
    this.#ready.push(task);
    this.#schedule();
  }

  /** Takes a task out, wherever it stands, and closes it; false: there is none. */
  remove(job: number): boolean {
    const at = this.#ready.findIndex((task) => task.job === job);
    const task = at < 0 ? this.#waiting.get(job) : this.#ready.splice(at, 1)[0];
    this.#waiting.delete(job);
    if (task !== undefined) this.#close(task);
    return task !== undefined;
  }

  clear(): void {
    for (const task of [...this.#ready.splice(0), ...this.#waiting.values()]) this.#close(task);
    this.#waiting.clear();
  }

  #close(task: Task): void {
    task.close();
    this.#options.onClosed(task);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#ready.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
      this.#schedule();
    });
  }

  #turn(): void {
    const task = this.#ready.shift();
    if (task === undefined) return;
    try {
      const { clock, turnMs } = this.#options;
      const state = task.turn(clock.nowUs() + turnMs * 1000);
      if (state === "ready") this.#ready.push(task);
      else if (state === "waiting") this.#waiting.set(task.job, task);
      else this.#close(task);
    } catch (error) {
      this.#close(task);
      this.#options.onFailure(task, messageOf(error));
    }
  }
}
