"""Serves the original system's contract with gRPC for Python.

Usage: python_server.py PORT DIRECTORY_OF_ORIGINAL_PROTO

Prints `serving` once it does. RunDFS is written from the contract alone.
"""

import concurrent.futures
import os
import sys
import time

import grpc
from grpc_reflection.v1alpha import reflection

port, directory = sys.argv[1:]
os.chdir(directory)
sys.path.insert(0, directory)
dfs, dfs_services = grpc.protos_and_services("original.proto")


def modular_graph(count):
    """Vertex i has edges to (7 i + 13 j) mod count for j = 1 .. 2 + (i mod 3), loops dropped."""
    return [
        [w for j in range(1, 3 + i % 3) if (w := (7 * i + 13 * j) % count) != i]
        for i in range(count)
    ]


def visit(graph, target):
    """Whether the target was discovered, and how many vertices were."""
    seen = [False] * len(graph)
    visited = 0
    for root in range(len(graph)):
        if seen[root]:
            continue
        seen[root] = True
        visited += 1
        if root == target:
            return True, visited
        stack = [iter(graph[root])]
        while stack:
            for vertex in stack[-1]:
                if seen[vertex]:
                    continue
                seen[vertex] = True
                visited += 1
                if vertex == target:
                    return True, visited
                stack.append(iter(graph[vertex]))
                break
            else:
                stack.pop()
    return False, visited


class Dfs(dfs_services.DFSServiceServicer):
    """The graphs are kept, since making one takes longer than searching it."""

    graphs = {}

    def RunDFS(self, request, context):
        count = request.num_vertices or 50000
        if count not in self.graphs:
            self.graphs[count] = modular_graph(count)
        target = request.target if request.HasField("target") else None
        begun = time.perf_counter()
        found, visited = visit(self.graphs[count], target)
        runtime_ms = (time.perf_counter() - begun) * 1000
        return dfs.RunResponse(found=found, visited_count=visited, runtime_ms=runtime_ms)


server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=8))
dfs_services.add_DFSServiceServicer_to_server(Dfs(), server)
names = ["dfs.DFSService", reflection.SERVICE_NAME]
reflection.enable_server_reflection(names, server)
server.add_insecure_port(f"127.0.0.1:{port}")
server.start()
print("serving", flush=True)
server.wait_for_termination()
