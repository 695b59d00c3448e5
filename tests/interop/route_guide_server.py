"""A RouteGuide on gRPC for Python: route_guide_server.py PROTO -port PORT."""

import pathlib
import sys
from concurrent import futures

import grpc

proto = pathlib.Path(sys.argv[1])
sys.path.append(str(proto.parent))
protos, services = grpc.protos_and_services(proto.name)


def place_of(point):
    return (point.latitude, point.longitude)


class RouteGuide(services.RouteGuideServicer):
    def GetFeature(self, request, context):
        return protos.Feature(name="", location=request)

    def ListFeatures(self, request, context):
        for number in range(100):
            point = protos.Point(latitude=request.lo.latitude, longitude=number)
            yield protos.Feature(name=f"feature {number}", location=point)

    def RecordRoute(self, request_iterator, context):
        return protos.RouteSummary(point_count=sum(1 for _ in request_iterator))

    def RouteChat(self, request_iterator, context):
        notes = []
        for note in request_iterator:
            notes.append(note)
            yield from (each for each in notes if place_of(each.location) == place_of(note.location))


server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
services.add_RouteGuideServicer_to_server(RouteGuide(), server)
server.add_insecure_port(f"127.0.0.1:{sys.argv[3]}")
server.start()
server.wait_for_termination()
