import { expect, test } from "bun:test";
import { portText } from "./port-text.ts";

test.each([
  ["localhost:50051", ":50051"],
  ["10.0.0.3:50051", "10.0.0.3:50051"],
  ["unix:///run/dfs.sock", "unix:///run/dfs.sock"],
  ["unix:///var/lib/search/sockets/dfs-1.sock", "…b/search/sockets/dfs-1.sock"],
  ["replica-1.search.default.svc:50051", "replica-1.search.default.sv…"],
])("portText(%j) is %j", (endpoint, text) => {
  expect(portText(endpoint)).toBe(text);
});
