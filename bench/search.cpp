// The same depth-first search over the same graph as src/graph/depth-first-search.ts, in plain C++.
#include "search/protocol.hpp"

struct Scratch {
  int32_t base = 0;
  std::vector<int32_t> stamps;
  std::vector<int32_t> stack;
};

// Returns the last stamp given, negative when it went to `target`.
static int32_t search(const CsrFile& graph, Scratch& scratch, uint32_t target) {
  const uint32_t* offsets = graph.offsets.data();
  const uint32_t* targets = graph.targets.data();
  int32_t* stamps = scratch.stamps.data();
  int32_t* stack = scratch.stack.data();
  const int32_t base = scratch.base;
  int32_t stamp = base;
  for (uint32_t root = 0; root < graph.vertexCount; root++) {
    if (stamps[root] > base) continue;
    stamps[root] = ++stamp;
    if (root == target) return -stamp;
    uint32_t edge = offsets[root];
    uint32_t end = offsets[root + 1];
    uint32_t depth = 0;
    for (;;) {
      while (edge != end) {
        const uint32_t vertex = targets[edge++];
        if (stamps[vertex] > base) continue;
        stamps[vertex] = ++stamp;
        if (vertex == target) return -stamp;
        if (edge != end) {
          stack[depth] = static_cast<int32_t>(edge);
          stack[depth + 1] = static_cast<int32_t>(end);
          depth += 2;
        }
        edge = offsets[vertex];
        end = offsets[vertex + 1];
      }
      if (depth == 0) break;
      depth -= 2;
      edge = static_cast<uint32_t>(stack[depth]);
      end = static_cast<uint32_t>(stack[depth + 1]);
    }
  }
  return stamp;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const CsrFile graph = readCsrFile(argv[1]);
  Scratch scratch;
  scratch.stamps.assign(graph.vertexCount, 0);
  scratch.stack.assign(2 * static_cast<size_t>(graph.vertexCount), 0);
  // No vertex has this number: the whole graph is searched.
  const uint32_t noTarget = UINT32_MAX;
  size_t visitedCount = 0;
  const auto searchOnce = [&] {
    if (scratch.base > INT32_MAX - static_cast<int32_t>(graph.vertexCount)) {
      scratch.stamps.assign(graph.vertexCount, 0);
      scratch.base = 0;
    }
    const int32_t last = search(graph, scratch, noTarget);
    visitedCount = static_cast<size_t>(std::abs(last) - scratch.base);
    scratch.base = std::abs(last);
  };
  const auto order = [&] {
    const int32_t base = scratch.base - static_cast<int32_t>(visitedCount);
    std::vector<uint32_t> discovered(visitedCount);
    for (uint32_t vertex = 0; vertex < graph.vertexCount; vertex++) {
      const int32_t stamp = scratch.stamps[vertex];
      if (stamp > base) discovered[static_cast<size_t>(stamp - base - 1)] = vertex;
    }
    return discovered;
  };
  return answerRounds(searchOnce, order);
}
