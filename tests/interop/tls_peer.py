"""The other side of TLS, by grpcio: a client of a replica, or a server in its place.

Usage: tls_peer.py client ENDPOINT PROTO CA [CERT KEY]
       tls_peer.py serve PORT PROTO CA CERT KEY
"""

import json
import pathlib
import sys
import threading
from concurrent import futures

import grpc

TIMEOUT_S = 20


def protos_of(path):
    """The messages and services of a proto file, by grpcio-tools."""
    sys.path.insert(0, str(path.parent))
    return grpc.protos_and_services(path.name)


def read(path):
    return pathlib.Path(path).read_bytes()


def ask(endpoint, proto, ca, cert=None, key=None):
    """Prints what one RunDFS call over TLS came to."""
    protos, services = protos_of(proto)
    credentials = grpc.ssl_channel_credentials(
        read(ca), key and read(key), cert and read(cert)
    )
    with grpc.secure_channel(endpoint, credentials) as channel:
        stub = services.DFSServiceStub(channel)
        try:
            answer = stub.RunDFS(protos.RunRequest(target=42000), timeout=TIMEOUT_S)
            said = {"code": "OK", "visited_count": answer.visited_count}
        except grpc.RpcError as error:
            said = {"code": error.code().name, "details": error.details()}
    print(json.dumps(said))


def serve(port, proto, ca, cert, key):
    """Answers RunDFS as modular:50000 does for vertex 42000, to clients with a certificate."""
    protos, services = protos_of(proto)

    class Servicer(services.DFSServiceServicer):
        def RunDFS(self, request, context):
            return protos.RunResponse(found=True, visited_count=341, runtime_ms=0.1)

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    services.add_DFSServiceServicer_to_server(Servicer(), server)
    credentials = grpc.ssl_server_credentials(
        [(read(key), read(cert))], read(ca), require_client_auth=True
    )
    bound = server.add_secure_port(f"127.0.0.1:{port}", credentials)
    server.start()
    print(f"serving on {bound}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    role, place, proto_path, *files = sys.argv[1:]
    {"client": ask, "serve": serve}[role](place, pathlib.Path(proto_path), *files)
