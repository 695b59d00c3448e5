import { describe, expect, test } from "bun:test";
import { parseEnvironment, parseWords } from "./launch-linux.ts";

describe("parseWords()", () => {
  test("keeps blanks and empty arguments", () => {
    expect(parseWords("node\0server.js\0\0two words\0")).toEqual([
      "node",
      "server.js",
      "",
      "two words",
    ]);
    expect(parseWords("server\0")).toEqual(["server"]);
  });

  test.each([
    "nginx: master process /usr/sbin/nginx -g daemon off;\0",
    "postgres: walwriter \0\0\0\0",
    "sshd: anna [priv]\0",
    "",
  ])("refuses a title that the process gave itself: %p", (text) => {
    expect(parseWords(text)).toBeUndefined();
  });
});

test("parseEnvironment() keeps equals signs in values and drops what is no variable", () => {
  expect(parseEnvironment("A=1\0B=x=y\0C=\0torn\0=odd\0")).toEqual({ A: "1", B: "x=y", C: "" });
});
