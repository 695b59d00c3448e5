import { describe, expect, test } from "bun:test";
import { type AskedFor, admit, pathOf } from "./request-guard.ts";

const asked: AskedFor = {
  method: "GET",
  path: "/events",
  host: "localhost:50080",
  origin: null,
  site: null,
};

function outcome(changes: Partial<AskedFor>, port = 50_080): string | number {
  const admission = admit({ ...asked, ...changes }, port);
  return "to" in admission ? admission.to : admission.status;
}

describe("admit()", () => {
  test.each<[Partial<AskedFor>, string | number]>([
    [{}, "events"],
    [{ path: "/" }, "page"],
    [{ path: "/favicon.ico" }, "icon"],
    [{ method: "HEAD", path: "/" }, "page"],
    [{ path: "/../etc/passwd" }, 404],
    [{ path: "/events/" }, 404],
    [{ host: "127.0.0.1:50080" }, "events"],
    [{ host: "[::1]:50080" }, "events"],
    [{ host: "LOCALHOST:50080" }, "events"],
    // A name that somebody else's server gave this address.
    [{ host: "evil.example:50080" }, 403],
    [{ host: "localhost.evil.example:50080" }, 403],
    [{ host: "localhost:50080.evil.example" }, 403],
    [{ host: "127.0.0.1:50081" }, 403],
    [{ host: "localhost" }, 403],
    [{ host: "" }, 403],
    [{ host: null }, 403],
    [{ method: "POST" }, 405],
    [{ method: "PUT", path: "/" }, 405],
    [{ method: "DELETE" }, 405],
    [{ method: "OPTIONS" }, 405],
    // Whoever comes by a wrong name does not even learn the methods.
    [{ method: "POST", host: "evil.example" }, 403],
    [{ origin: "http://localhost:50080", site: "same-origin" }, "events"],
    [{ origin: "http://127.0.0.1:50080" }, "events"],
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: "http://localhost:3000" }, 403],
    [{ site: "cross-site" }, 403],
    [{ site: "same-site" }, 403],
    [{ site: "none" }, "events"],
    // A link to the page may stand anywhere.
    [{ path: "/", site: "cross-site" }, "page"],
  ])("%j: %p", (changes, expected) => {
    expect(outcome(changes)).toBe(expected);
  });

  test("takes a host without a port where that is the port", () => {
    expect(outcome({ host: "localhost" }, 80)).toBe("events");
    expect(outcome({ host: "localhost:80" }, 80)).toBe("events");
    expect(outcome({ host: "evil.example" }, 80)).toBe(403);
  });
});

test("the path of a request is read whatever its host looks like", () => {
  expect(pathOf("http://localhost:9090/metrics?x=1")).toBe("/metrics");
  // Of HTTP/1.0, and of a Host header that is empty or no host.
  expect(pathOf("/metrics")).toBe("/metrics");
  expect(pathOf("http://[::1/metrics")).toBe("");
});
