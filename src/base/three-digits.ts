const texts = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, "0"));

/** `007` for 7: every ledger line has several, so they are spelled once. `value` is in 0..999. */
export function threeDigits(value: number): string {
  return texts[value] ?? "";
}
