"""reading.py FILE: reads a directed edge list with NetworkX; prints a line."""

import json
import resource
import sys
import time

import networkx

begun = time.monotonic()
graph = networkx.read_edgelist(
    sys.argv[1], nodetype=int, data=False, create_using=networkx.DiGraph
)
ms = (time.monotonic() - begun) * 1000
peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
counts = {"vertexCount": graph.number_of_nodes(), "edgeCount": graph.number_of_edges()}
print(json.dumps({"ms": ms, "peakMb": peak_mb, **counts}), flush=True)
