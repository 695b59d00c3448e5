import { expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import { type Unasked, whyUnasked } from "./why-unasked.ts";

const at = (port: number) => ({ host: "localhost", port });

test("whyUnasked() names the cause at each replica that was out", () => {
  const failure = "TLS handshake failed: it does not answer in TLS; it may serve in plain text";
  expect(
    whyUnasked([
      { endpoint: at(1), state: "down", failure },
      { endpoint: at(2), state: "healthy", failure: undefined },
      { endpoint: at(3), state: "probing", failure: undefined },
    ]),
  ).toBe(
    `no attempt was made; localhost:1: no connection: ${failure}; ` +
      "localhost:3: connected, but no answer",
  );
});

test("whyUnasked() says only that none was made when nobody was out, and names but a few", () => {
  expect(whyUnasked([{ endpoint: at(1), state: "healthy", failure: undefined }])).toBe(
    "no attempt was made",
  );
  const many = Array.from(
    { length: limits.unaskedTellMaxCount + 2 },
    (_, index): Unasked => ({
      ...{ endpoint: at(index + 1), state: "down", failure: undefined },
    }),
  );
  expect(whyUnasked(many)).toEndWith("no connection; and 2 more");
});
