// The same depth-first search over the same graph as src/graph/depth-first-search.ts, in plain C++.
#include "search/protocol.hpp"

#include <algorithm>

struct Scratch {
  // Of the last search; a vertex is discovered when it bears it.
  uint8_t mark = 0;
  std::vector<uint8_t> marks;
  std::vector<uint32_t> order;
  std::vector<uint32_t> stack;
};

// Returns how many vertices were discovered; `target` may be none of them.
static uint32_t search(const CsrFile& graph, Scratch& scratch, uint32_t target) {
  const uint32_t* offsets = graph.offsets.data();
  const uint32_t* targets = graph.targets.data();
  uint8_t* marks = scratch.marks.data();
  uint32_t* order = scratch.order.data();
  uint32_t* stack = scratch.stack.data();
  if (scratch.mark == UINT8_MAX) {
    std::fill(scratch.marks.begin(), scratch.marks.end(), uint8_t{0});
    scratch.mark = 0;
  }
  const uint8_t mark = ++scratch.mark;
  uint32_t count = 0;
  for (uint32_t root = 0; root < graph.vertexCount; root++) {
    if (marks[root] == mark) continue;
    marks[root] = mark;
    order[count++] = root;
    if (root == target) return count;
    uint32_t edge = offsets[root];
    uint32_t end = offsets[root + 1];
    size_t depth = 0;
    for (;;) {
      while (edge != end) {
        const uint32_t vertex = targets[edge++];
        if (marks[vertex] == mark) continue;
        marks[vertex] = mark;
        order[count++] = vertex;
        if (vertex == target) return count;
        if (edge != end) {
          stack[depth] = edge;
          stack[depth + 1] = end;
          depth += 2;
        }
        edge = offsets[vertex];
        end = offsets[vertex + 1];
      }
      // Every vertex is discovered: none is followed back.
      if (count == graph.vertexCount) return count;
      if (depth == 0) break;
      depth -= 2;
      edge = stack[depth];
      end = stack[depth + 1];
    }
  }
  return count;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const CsrFile graph = readCsrFile(argv[1]);
  Scratch scratch;
  scratch.marks.resize(graph.vertexCount);
  scratch.order.resize(graph.vertexCount);
  scratch.stack.resize(2 * static_cast<size_t>(graph.vertexCount));
  // No vertex has this number: the whole graph is searched.
  const uint32_t noTarget = UINT32_MAX;
  uint32_t visitedCount = 0;
  const auto searchOnce = [&] { visitedCount = search(graph, scratch, noTarget); };
  const auto order = [&] {
    return std::vector<uint32_t>(scratch.order.begin(), scratch.order.begin() + visitedCount);
  };
  return answerRounds(searchOnce, order);
}
