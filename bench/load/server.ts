import { readLines } from "../failover/children.ts";

/** The Go server of bench/load/go, in a process of its own that ends with its scope. */
export class GoServer implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: string[] = [];
  #wake: () => void = () => undefined;
  #hasEnded = false;
  port = 0;

  private constructor(program: string, flags: readonly string[]) {
    this.#child = Bun.spawn([program, ...flags], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const take = (line: string) => {
      this.#lines.push(line);
      this.#wake();
    };
    readLines(this.#child.stdout, take).finally(() => {
      this.#hasEnded = true;
      this.#wake();
    });
  }

  /** Answers at once, or after a delay that is spread around `mean`, such as `3ms`. */
  static async start(program: string, delay?: { least: string; mean: string }): Promise<GoServer> {
    const flags = delay === undefined ? [] : ["-least", delay.least, "-mean", delay.mean];
    const server = new GoServer(program, flags);
    server.port = Number(await server.#line());
    return server;
  }

  get endpoint(): string {
    return `localhost:${this.port}`;
  }

  /** Forgets what has arrived so far. */
  async begin(): Promise<void> {
    this.#say("begin");
    await this.#line();
  }

  /** When calls arrived since begin(), in microseconds since the first. */
  async end(): Promise<readonly number[]> {
    this.#say("end");
    return JSON.parse(await this.#line()) as number[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }

  #say(word: string): void {
    this.#child.stdin.write(`${word}\n`);
    this.#child.stdin.flush();
  }

  async #line(): Promise<string> {
    while (this.#lines.length === 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const line = this.#lines.shift();
    if (line === undefined) throw new Error("The Go server has ended");
    return line;
  }
}
