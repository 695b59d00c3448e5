/**
 * graphology: dfs() of graphology-traversal over a MultiDirectedGraph, under Bun, spoken to as
 * protocol.hpp says. Run from a directory where both packages are installed.
 */
const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");
const { MultiDirectedGraph } = require("graphology");
const { dfs } = require("graphology-traversal");

const bytes = readFileSync(process.argv[2]);
const numbers = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
const vertexCount = numbers[0];
const offsets = numbers.subarray(2, 3 + vertexCount);
const targets = numbers.subarray(3 + vertexCount);

const graph = new MultiDirectedGraph();
for (let vertex = 0; vertex < vertexCount; vertex++) graph.addNode(vertex);
for (let vertex = 0; vertex < vertexCount; vertex++) {
  for (let edge = offsets[vertex]; edge < offsets[vertex + 1]; edge++) {
    graph.addDirectedEdge(vertex, targets[edge]);
  }
}

function search() {
  const order = [];
  dfs(graph, (node) => void order.push(node), { mode: "outbound" });
  return order;
}

/** FNV-1a over the vertices in order of discovery. */
function orderHash(order) {
  let hash = 2166136261;
  for (const vertex of order) hash = Math.imul(hash ^ Number(vertex), 16777619) >>> 0;
  return hash;
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const startedMs = performance.now();
  let order = [];
  for (let done = 0; done < Number(line); done++) order = search();
  const ns = Math.round((performance.now() - startedMs) * 1e6);
  console.log(`${ns} ${order.length} ${orderHash(order)}`);
});
