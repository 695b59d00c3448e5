import { expect, test } from "bun:test";
import { contentSecurityPolicy } from "./content-security.ts";

test("contentSecurityPolicy() allows the page's own scripts and styles by their hashes", () => {
  const policy = contentSecurityPolicy(
    "<style>a{}</style><script>one()</script><script type=module>\ntwo()\n</script>",
  );
  // printf 'one()' | openssl dgst -sha256 -binary | base64, and so on.
  expect(policy).toContain(
    "script-src 'sha256-HR7iaask9daLMRRskMI++QeJtjWDOjyPA6lGzYGzKW4=' " +
      "'sha256-CO+FkcwFIluZ98XczjkmxJwzME+ATnUpm+699SF3auo='; ",
  );
  expect(policy).toContain("style-src 'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk='; ");
  expect(policy).not.toContain("unsafe");
});

test("contentSecurityPolicy() allows no script at all to a page without any", () => {
  expect(contentSecurityPolicy("<p>")).toBe(
    "default-src 'none'; script-src 'none'; style-src 'none'; connect-src 'self'; img-src data:; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
});
