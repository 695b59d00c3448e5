import { expect, test } from "bun:test";
import { CallMetadata } from "./call-metadata.ts";
import { isSecret, secretHider } from "./secrets.ts";

test.each([
  ["authorization", "x", true],
  ["x-session-id", "x", true],
  ["jwt", "x", true],
  ["proxy", "Bearer abc", true],
  ["tenant", "bearer-of-news", false],
])("%p=%p: secret %p", (key, value, expected) => {
  expect(isSecret(key, value)).toBe(expected);
});

test.each([
  ["bad Bearer abcdefghij", "bad Bearer ***"],
  ['id is "Bearer abcdefgh...", expected "a"', 'id is "Bearer ***", expected "a"'],
  ["token=ABCDEFGHIJ, twice abcdefghij", "token=***, twice ***"],
  ["abc is known to all", "abc is known to all"],
  ["pin-17 of (q{x)}$ is wrong", "*** of *** is wrong"],
])("hides what is secret in %p", (text, expected) => {
  const hide = secretHider(["Bearer abcdefghij", "pin-{{request}}", "(q{x)}$"]);
  expect(hide(text)).toBe(expected);
});

test("metadata hides its own secrets alone", () => {
  const metadata = CallMetadata.parse(["authorization=Bearer s3cr3t", "tenant=public"]);
  expect(metadata.hideSecrets("s3cr3t of public")).toBe("*** of public");
  expect(CallMetadata.parse([]).hideSecrets("s3cr3t")).toBe("s3cr3t");
});
