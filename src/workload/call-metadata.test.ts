import { expect, test } from "bun:test";
import { CallMetadata } from "./call-metadata.ts";

test("values that may be secrets are not told, by their key or by themselves", () => {
  const shown = (text: string) => CallMetadata.parse([text]).shownText;
  for (const key of ["authorization", "x-api-key", "jwt", "x-session", "pwd", "sid", "blob-bin"]) {
    expect(shown(`${key}=aGlkZGVu`)).toBe(`${key}=***`);
  }
  for (const value of ["Bearer hidden", "basic aGlkZGVu", "eyJhbGciOi.J9.x"]) {
    expect(shown(`x-user=${value}`)).toBe("x-user=***");
  }
  for (const told of ["tenant=a", "side=left", "path=/a", "design=b"]) {
    expect(shown(told)).toBe(told);
  }
});
