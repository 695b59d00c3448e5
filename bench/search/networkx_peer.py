"""NetworkX: nx.dfs_preorder_nodes() over a DiGraph, spoken to as bench/search/protocol.hpp says."""

import array
import sys
import time

import networkx


def read_graph(path):
    """The graph of a CSR file; neighbours keep their stored order."""
    with open(path, "rb") as file:
        head = array.array("I")
        head.fromfile(file, 2)
        offsets = array.array("I")
        offsets.fromfile(file, head[0] + 1)
        targets = array.array("I")
        targets.fromfile(file, head[1])
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(head[0]))
    for vertex in range(head[0]):
        neighbours = targets[offsets[vertex] : offsets[vertex + 1]]
        graph.add_edges_from((vertex, neighbour) for neighbour in neighbours)
    return graph


def order_hash(order):
    """FNV-1a over the vertices in order of discovery."""
    digest = 2166136261
    for vertex in order:
        digest = ((digest ^ vertex) * 16777619) & 0xFFFFFFFF
    return digest


graph = read_graph(sys.argv[1])
for line in sys.stdin:
    started = time.perf_counter_ns()
    for _ in range(int(line)):
        order = list(networkx.dfs_preorder_nodes(graph))
    took = time.perf_counter_ns() - started
    print(took, len(order), order_hash(order), flush=True)
