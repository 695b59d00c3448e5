// igraph, the C library: igraph_dfs(), which keeps the order in a vector.
#include "protocol.hpp"

#include <igraph/igraph.h>

static void makeGraph(const char* path, igraph_t* graph) {
  const CsrFile file = readCsrFile(path);
  igraph_vector_int_t edges;
  igraph_vector_int_init(&edges, 2 * static_cast<igraph_integer_t>(file.targets.size()));
  igraph_integer_t at = 0;
  for (uint32_t vertex = 0; vertex < file.vertexCount; vertex++) {
    for (uint32_t edge = file.offsets[vertex]; edge < file.offsets[vertex + 1]; edge++) {
      VECTOR(edges)[at++] = vertex;
      VECTOR(edges)[at++] = file.targets[edge];
    }
  }
  igraph_create(graph, &edges, file.vertexCount, IGRAPH_DIRECTED);
  igraph_vector_int_destroy(&edges);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  igraph_t graph;
  makeGraph(argv[1], &graph);
  igraph_vector_int_t order;
  igraph_vector_int_init(&order, 0);
  const auto searchOnce = [&] {
    igraph_dfs(&graph, 0, IGRAPH_OUT, true, &order, nullptr, nullptr, nullptr, nullptr, nullptr,
               nullptr);
  };
  const auto discovered = [&] {
    std::vector<uint32_t> kept;
    for (igraph_integer_t at = 0; at < igraph_vector_int_size(&order); at++) {
      // Without unreached vertices nothing is left over at the end.
      if (VECTOR(order)[at] >= 0) kept.push_back(static_cast<uint32_t>(VECTOR(order)[at]));
    }
    return kept;
  };
  return answerRounds(searchOnce, discovered);
}
