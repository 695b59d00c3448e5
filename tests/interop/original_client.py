"""Calls a replica as a client of the original system would, and prints what it got as JSON.

Usage: original_client.py ENDPOINT PROTO
"""

import json
import pathlib
import sys

import grpc
from google.protobuf import descriptor_pool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

TIMEOUT_S = 20


def run(stub, **fields):
    """One RunDFS call as a dict; an error as its code and details."""
    try:
        answer = stub.RunDFS(protos.RunRequest(**fields), timeout=TIMEOUT_S)
    except grpc.RpcError as error:
        return {"code": error.code().name, "details": error.details()}
    return {
        "code": "OK",
        "found": answer.found,
        "visited_count": answer.visited_count,
        "runtime_ms": answer.runtime_ms,
        "stdout": answer.stdout,
        "stderr": answer.stderr,
    }


def health(channel, service):
    """The serving status of one service by grpc.health.v1."""
    stub = health_pb2_grpc.HealthStub(channel)
    try:
        answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=TIMEOUT_S)
    except grpc.RpcError as error:
        return error.code().name
    return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


def list_services_v1(channel):
    """Service names by reflection v1, whose messages are those of v1alpha."""
    call = channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    answer = next(iter(call(iter([request]), timeout=TIMEOUT_S)))
    return sorted(service.name for service in answer.list_services_response.service)


def reflected_fields(channel):
    """Field numbers of the messages of DFSService.RunDFS, learnt from the server alone."""
    database = ProtoReflectionDescriptorDatabase(channel)
    service = descriptor_pool.DescriptorPool(database).FindServiceByName("dfs.DFSService")
    method = service.FindMethodByName("RunDFS")
    return {
        "services": sorted(database.get_services()),
        "request": {field.name: field.number for field in method.input_type.fields},
        "response": {field.name: field.number for field in method.output_type.fields},
    }


endpoint, proto = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
sys.path.insert(0, str(proto.parent))
protos, services = grpc.protos_and_services(proto.name)

with grpc.insecure_channel(endpoint) as replica:
    dfs = services.DFSServiceStub(replica)
    print(
        json.dumps(
            {
                "target_42000": run(dfs, target=42000, num_vertices=50000),
                "target_1": run(dfs, target=1, num_vertices=50000),
                "target_0": run(dfs, target=0, num_vertices=50000),
                "default_graph": run(dfs, target=42000),
                "no_target": run(dfs, num_vertices=50000, use_mpi=True),
                "target_beyond": run(dfs, target=50000, num_vertices=50000),
                "target_negative": run(dfs, target=-1, num_vertices=50000),
                "count_negative": run(dfs, target=1, num_vertices=-5),
                "count_huge": run(dfs, target=1, num_vertices=2**31 - 1),
                "health": health(replica, ""),
                "health_service": health(replica, "dfs.DFSService"),
                "health_unknown": health(replica, "no.such.Service"),
                "reflection": reflected_fields(replica),
                "reflection_v1": list_services_v1(replica),
            }
        )
    )
