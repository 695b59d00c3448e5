/** One figure, large. */
export interface Card {
  readonly name: string;
  readonly value: string;
  readonly aside: string;
}

/** `38,729/s`. */
export function wholeRate(perSecond: number | null): string {
  return perSecond === null ? "-" : `${count(Math.round(perSecond))}/s`;
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}
