import { limits } from "../base/limits.ts";

/**
 * By its key or by its look: what an entry of metadata holds must reach no log and no report;
 * bytes, which nobody could read, are in doubt.
 */
export function isSecret(key: string, value: string): boolean {
  return secretWord.test(key) || secretPart.test(key) || secretValue.test(value);
}

const secretWord =
  /auth|token|cookie|key|secret|pass|pwd|credential|bearer|jwt|session|csrf|private|signature/;
const secretPart = /(^|[-_.])(sid|sig|pat|otp)($|[-_.])|-bin$/;
const secretValue = /^\s*(?:basic|bearer|digest|negotiate)\s|^\s*eyJ/i;

/**
 * Hides secrets in what servers say, which may be what they were told: by the first characters of
 * each, since texts are cut off, up to the next character that no secret holds. `values` may have
 * holes; only what is around them is known.
 */
export function secretHider(values: readonly string[]): (text: string) => string {
  const beginnings = values
    .flatMap((value) => value.split(/\{\{[^}]*\}\}|[\s,;]+/))
    .filter((part) => part.length >= limits.secretMinLength && !schemes.has(part.toLowerCase()))
    .map((part) => part.slice(0, limits.secretTellingLength));
  if (beginnings.length === 0) return (text) => text;
  const known = [
    ...new Set(beginnings.flatMap((part) => [part, JSON.stringify(part).slice(1, -1)])),
  ]
    .toSorted((a, b) => b.length - a.length)
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  const pattern = new RegExp(`(?:${known.join("|")})[^\\s,;"'<>]*`, "gi");
  return (text) => text.replaceAll(pattern, "***");
}

/** Ways to authenticate, which are no secret. */
const schemes: ReadonlySet<string> = new Set(["basic", "bearer", "digest", "negotiate"]);
