/** Names that become labels: as many as `maxCount` are told apart, all others are one. */
export class BoundedNames {
  readonly #maxCount: number;
  readonly #known = new Set<string>();

  constructor(maxCount: number) {
    this.#maxCount = maxCount;
  }

  /** `name` itself, or `other`. */
  of(name: string): string {
    if (this.#known.has(name)) return name;
    if (this.#known.size >= this.#maxCount) return "other";
    this.#known.add(name);
    return name;
  }
}
