// Boost Graph Library: depth_first_search on its most compact graph, colours in a vector, as its
// documentation does it; the visitor notes the order, as dfs does.
#include "protocol.hpp"

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/depth_first_search.hpp>
#include <utility>

using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property,
                                                 boost::no_property, boost::no_property, uint32_t,
                                                 uint32_t>;

struct Discovery : boost::default_dfs_visitor {
  std::vector<uint32_t>* order;
  explicit Discovery(std::vector<uint32_t>* kept) : order(kept) {}
  void discover_vertex(uint32_t vertex, const Graph&) { order->push_back(vertex); }
};

static Graph boostGraph(const char* path) {
  const CsrFile file = readCsrFile(path);
  std::vector<std::pair<uint32_t, uint32_t>> edges;
  edges.reserve(file.targets.size());
  for (uint32_t vertex = 0; vertex < file.vertexCount; vertex++) {
    for (uint32_t edge = file.offsets[vertex]; edge < file.offsets[vertex + 1]; edge++) {
      edges.emplace_back(vertex, file.targets[edge]);
    }
  }
  return Graph(boost::edges_are_sorted, edges.begin(), edges.end(), file.vertexCount);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const Graph graph = boostGraph(argv[1]);
  std::vector<boost::default_color_type> colors(num_vertices(graph));
  std::vector<uint32_t> order;
  order.reserve(num_vertices(graph));
  const auto searchOnce = [&] {
    order.clear();
    const auto colorMap =
        boost::make_iterator_property_map(colors.begin(), get(boost::vertex_index, graph));
    boost::depth_first_search(graph, Discovery(&order), colorMap);
  };
  return answerRounds(searchOnce, [&] { return order; });
}
