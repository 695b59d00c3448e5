"""Reads a whole Traverse stream, and one that resumes in its middle, and prints what it found.

Written from dfs.proto alone. Usage: traverse_client.py ENDPOINT PROTO
"""

import json
import pathlib
import sys
import zlib

import grpc
import numpy

TIMEOUT_S = 60
NO_PARENT = 4294967295
COLUMNS = ("vertices", "parents", "depths")


def read_order(stub, until=None, **fields):
    """The three columns, the summary and the fingerprint; `until`: stop after so many vertices."""
    columns = {name: [] for name in COLUMNS}
    position = fields.get("resume_after", 0)
    fingerprint, summary = "", None
    stream = stub.Traverse(protos.TraverseRequest(**fields), timeout=TIMEOUT_S)
    for batch in stream:
        assert batch.first == position, (batch.first, position)
        assert summary is None, "a message after the summary"
        fingerprint = fingerprint or batch.fingerprint
        for name in COLUMNS:
            columns[name].append(numpy.frombuffer(getattr(batch, name), "<u4"))
        position += len(batch.vertices) // 4
        if batch.HasField("summary"):
            summary = batch.summary
        if until is not None and position >= until:
            stream.cancel()
            break
    return {name: numpy.concatenate(columns[name]) for name in COLUMNS}, summary, fingerprint


def crc(column):
    """CRC-32 of a column as it was sent."""
    return zlib.crc32(column.astype("<u4").tobytes())


def check_tree(order):
    """Parents are discovered before their children, and depths count the steps between them."""
    vertices, parents, depths = (order[name].astype(numpy.int64) for name in COLUMNS)
    place = numpy.full(vertices.max() + 1, -1)
    place[vertices] = numpy.arange(len(vertices))
    is_root = parents == NO_PARENT
    child = numpy.flatnonzero(~is_root)
    before = place[parents[child]]
    return {
        "each_once": len(numpy.unique(vertices)) == len(vertices),
        "roots": int(is_root.sum()),
        "roots_have_depth_0": bool((depths[is_root] == 0).all()),
        "parents_come_first": bool((before < child).all() and (before >= 0).all()),
        "depths_count": bool((depths[child] == depths[before] + 1).all()),
        "depth_max": int(depths.max()),
    }


endpoint, proto = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
sys.path.insert(0, str(proto.parent))
protos, services = grpc.protos_and_services(proto.name)

with grpc.insecure_channel(endpoint) as replica:
    dfs = services.DFSServiceStub(replica)
    graph = dfs.DescribeGraph(protos.DescribeGraphRequest(), timeout=TIMEOUT_S)
    whole, totals, fingerprint = read_order(dfs)
    half = len(whole["vertices"]) // 2 + 1
    begun, _, _ = read_order(dfs, until=half, batch_max=1000)
    cut = len(begun["vertices"])
    rest, rest_totals, _ = read_order(dfs, resume_after=cut, expect_fingerprint=fingerprint)
    mended = {name: numpy.concatenate([begun[name], rest[name]]) for name in COLUMNS}
    try:
        read_order(dfs, expect_fingerprint="0" * 16)
        refused = "OK"
    except grpc.RpcError as error:
        refused = error.code().name
    print(
        json.dumps(
            {
                "graph": {"vertices": graph.vertices, "source": graph.source},
                "same_fingerprint": fingerprint == graph.fingerprint,
                "begin": whole["vertices"][:10].tolist(),
                "count": len(whole["vertices"]),
                "tree": check_tree(whole),
                "summary": {
                    "visited_count": totals.visited_count,
                    "root_count": totals.root_count,
                    "depth_max": totals.depth_max,
                },
                "crc": {name: crc(whole[name]) for name in COLUMNS},
                "summary_crc": {name: getattr(totals, name + "_crc32") for name in COLUMNS},
                "cut": cut,
                "mended_is_whole": all((mended[name] == whole[name]).all() for name in COLUMNS),
                "same_totals": rest_totals.vertices_crc32 == totals.vertices_crc32,
                "other_graph": refused,
            }
        )
    )
