"""networkx_files.py DIR: writes graphs into DIR and prints, by file name, the edges they have."""

import json
import os
import sys

import networkx

directory = sys.argv[1]
written = {}


def note(name, graph, rename=str):
    """Every edge in both directions when the graph is undirected, a self-loop once."""
    edges = [[rename(source), rename(target)] for source, target in graph.edges()]
    if not graph.is_directed():
        edges += [[target, source] for source, target in edges if source != target]
    written[name] = {"edges": sorted(edges), "isUndirected": not graph.is_directed()}


def write_edgelist(name, graph, **options):
    networkx.write_edgelist(graph, os.path.join(directory, name), **options)
    note(name, graph)


random_graph = networkx.gnm_random_graph(300, 2000, seed=1, directed=True)
undirected = networkx.gnm_random_graph(300, 1000, seed=2)
undirected.add_edge(7, 7)
weighted = networkx.DiGraph()
for number, (source, target) in enumerate(random_graph.edges()):
    weighted.add_edge(source, target, weight=number / 7, note="a, b; c 1 2")
sparse = networkx.relabel_nodes(random_graph, lambda node: node * 10**13 // 7)
people = networkx.relabel_nodes(networkx.karate_club_graph(), lambda node: f"Zoë {node}, née {node % 5}")
words = networkx.relabel_nodes(random_graph, lambda node: f"wörd{node}")

write_edgelist("plain.edgelist", random_graph)
write_edgelist("bare.txt", random_graph, data=False)
write_edgelist("undirected.edgelist", undirected)
write_edgelist("weighted.edgelist", weighted)
write_edgelist("sparse.edgelist.gz", sparse)
write_edgelist("words.edgelist", words)
write_edgelist("commas.csv", words, delimiter=",", data=False)
write_edgelist("tabs.tsv", people, delimiter="\t", data=False)

try:
    from scipy.io import mmwrite
except ImportError:
    mmwrite = None

if mmwrite is not None:
    matrices = (
        ("directed.mtx", weighted, "general"),
        ("both_triangles.mtx", undirected, "general"),
        ("one_triangle.mtx", undirected, "symmetric"),
    )
    for name, graph, symmetry in matrices:
        nodes = sorted(graph)
        matrix = networkx.to_scipy_sparse_array(graph, nodelist=nodes, format="csr")
        mmwrite(os.path.join(directory, name), matrix, symmetry=symmetry)
        place = {node: str(index + 1) for index, node in enumerate(nodes)}
        note(name, graph, lambda node: place[node])
        # A matrix says itself which edges go both ways.
        written[name]["isUndirected"] = False

print(json.dumps({"version": networkx.__version__, "hasScipy": mmwrite is not None, "written": written}))
