// How every program of bench/search.ts is spoken to: argv[1] is a graph file (u32 vertex count, u32
// edge count, u32 offsets, u32 targets, little-endian); each line "repetitions" on stdin is answered
// with "nanoseconds visited orderHash" for that many searches of the whole graph.
#pragma once
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct CsrFile {
  uint32_t vertexCount = 0;
  std::vector<uint32_t> offsets;
  std::vector<uint32_t> targets;
};

inline void readInto(std::FILE* file, std::vector<uint32_t>& column) {
  if (std::fread(column.data(), 4, column.size(), file) != column.size()) std::exit(3);
}

inline CsrFile readCsrFile(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) std::exit(3);
  std::vector<uint32_t> head(2);
  readInto(file, head);
  CsrFile graph;
  graph.vertexCount = head[0];
  graph.offsets.resize(static_cast<size_t>(head[0]) + 1);
  graph.targets.resize(head[1]);
  readInto(file, graph.offsets);
  readInto(file, graph.targets);
  std::fclose(file);
  return graph;
}

// FNV-1a over the vertices in order of discovery.
inline uint32_t orderHash(const std::vector<uint32_t>& order) {
  uint32_t hash = 2166136261u;
  for (const uint32_t vertex : order) hash = (hash ^ vertex) * 16777619u;
  return hash;
}

// Answers until the end of stdin. `search` does one search; `order` then tells what it discovered.
template <typename Search, typename Order>
int answerRounds(Search search, Order order) {
  unsigned repetitions = 0;
  while (std::scanf("%u", &repetitions) == 1) {
    const auto started = std::chrono::steady_clock::now();
    for (unsigned done = 0; done < repetitions; done++) search();
    const auto took = std::chrono::steady_clock::now() - started;
    const long long ns = std::chrono::duration_cast<std::chrono::nanoseconds>(took).count();
    const std::vector<uint32_t> discovered = order();
    std::printf("%lld %zu %u\n", ns, discovered.size(), orderHash(discovered));
    std::fflush(stdout);
  }
  return 0;
}
