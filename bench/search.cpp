// The same depth-first search over the same graph as src/graph/depth-first-search.ts, in plain C++.
// Reads a vertex count N, builds modular:N, then answers each line "repetitions" on stdin with
// "nanoseconds visited orderHash" for that many searches of the whole graph.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Graph {
  uint32_t vertexCount = 0;
  std::vector<uint32_t> offsets;
  std::vector<uint32_t> targets;
};

static Graph modularGraph(uint32_t vertexCount) {
  Graph graph;
  graph.vertexCount = vertexCount;
  graph.offsets.push_back(0);
  for (uint64_t vertex = 0; vertex < vertexCount; vertex++) {
    const uint64_t candidateCount = 2 + vertex % 3;
    for (uint64_t j = 1; j <= candidateCount; j++) {
      const uint64_t target = (7 * vertex + 13 * j) % vertexCount;
      if (target != vertex) graph.targets.push_back(static_cast<uint32_t>(target));
    }
    graph.offsets.push_back(static_cast<uint32_t>(graph.targets.size()));
  }
  return graph;
}

struct Scratch {
  int32_t base = 0;
  std::vector<int32_t> stamps;
  std::vector<int32_t> stack;
};

// Returns the last stamp given, negative when it went to `target`.
static int32_t search(const Graph& graph, Scratch& scratch, uint32_t target) {
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

// FNV-1a over the vertices in order of discovery.
static uint32_t orderHash(const Scratch& scratch, uint32_t visitedCount) {
  const int32_t base = scratch.base - static_cast<int32_t>(visitedCount);
  std::vector<uint32_t> order(visitedCount);
  for (uint32_t vertex = 0; vertex < scratch.stamps.size(); vertex++) {
    const int32_t stamp = scratch.stamps[vertex];
    if (stamp > base) order[static_cast<size_t>(stamp - base - 1)] = vertex;
  }
  uint32_t hash = 2166136261u;
  for (const uint32_t vertex : order) hash = (hash ^ vertex) * 16777619u;
  return hash;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const Graph graph = modularGraph(static_cast<uint32_t>(std::strtoul(argv[1], nullptr, 10)));
  Scratch scratch;
  scratch.stamps.assign(graph.vertexCount, 0);
  scratch.stack.assign(2 * static_cast<size_t>(graph.vertexCount), 0);
  // No vertex has this number: the whole graph is searched.
  const uint32_t noTarget = UINT32_MAX;
  unsigned repetitions = 0;
  while (std::scanf("%u", &repetitions) == 1) {
    uint32_t visitedCount = 0;
    const auto started = std::chrono::steady_clock::now();
    for (unsigned repetition = 0; repetition < repetitions; repetition++) {
      if (scratch.base > INT32_MAX - static_cast<int32_t>(graph.vertexCount)) {
        scratch.stamps.assign(graph.vertexCount, 0);
        scratch.base = 0;
      }
      const int32_t last = search(graph, scratch, noTarget);
      visitedCount = static_cast<uint32_t>(std::abs(last) - scratch.base);
      scratch.base = std::abs(last);
    }
    const auto took = std::chrono::steady_clock::now() - started;
    const long long ns = std::chrono::duration_cast<std::chrono::nanoseconds>(took).count();
    std::printf("%lld %u %u\n", ns, visitedCount, orderHash(scratch, visitedCount));
    std::fflush(stdout);
  }
  return 0;
}
