/** One figure, large. */
export interface Card {
  readonly name: string;
  readonly value: string;
  readonly aside: string;
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}
