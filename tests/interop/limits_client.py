"""How the limits of a replica look to gRPC's own client. Prints what it saw as JSON."""

import json
import sys
import time

import grpc

TARGET = sys.argv[1]
RUN = "/dfs.DFSService/RunDFS"
DESCRIBE = "/dfs.DFSService/DescribeReplica"
WATCH = "/grpc.health.v1.Health/Watch"
EMPTY = b""
# num_vertices = 30,000,000: some seconds of work.
LARGE = b"\x10\x80\x87\xa7\x0e"


def channel(number):
    """A channel with a connection of its own."""
    options = [("grpc.use_local_subchannel_pool", 1), ("test.number", number)]
    return grpc.insecure_channel(TARGET, options=options)


def same(message):
    return message


def ended(to, path, request=EMPTY, **options):
    call = to.unary_unary(path, request_serializer=same, response_deserializer=same)
    try:
        call(request, timeout=options.pop("timeout", 20), **options)
        return "OK", ""
    except grpc.RpcError as error:
        return error.code().name, error.details()


def watch(to):
    call = to.unary_stream(WATCH, request_serializer=same, response_deserializer=same)(EMPTY)
    next(call)
    return call


first = channel(1)
seen = {
    "plain": ended(first, DESCRIBE),
    "large_message": ended(first, RUN, b"\x7a\xa0\x8d\x06" + b"x" * 100_000),
    "many_headers": ended(first, DESCRIBE, metadata=[(f"x-{n}", "v") for n in range(60)]),
    "long_header": ended(first, DESCRIBE, metadata=[("x-long", "v" * 12_000)]),
    "after_refused_headers": ended(first, DESCRIBE),
}
begin = time.monotonic()
seen["long_request"] = ended(first, RUN, LARGE)
seen["long_request_s"] = time.monotonic() - begin

watches = [watch(first) for _ in range(2)]
seen["beyond_streams"] = ended(first, DESCRIBE, timeout=1)
watches[0].cancel()
seen["within_streams"] = ended(first, DESCRIBE)

second = channel(2)
seen["beyond_connections"] = ended(second, DESCRIBE, timeout=1)
watches[1].cancel()
first.close()
seen["within_connections"] = ended(second, DESCRIBE, wait_for_ready=True)
print(json.dumps(seen))
