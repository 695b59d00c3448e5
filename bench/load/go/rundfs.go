package main

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

type dfsServer interface{}

func registerDfs(s *grpc.Server, sv *service) {
	s.RegisterService(&grpc.ServiceDesc{ServiceName: "dfs.DFSService", HandlerType: (*dfsServer)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "RunDFS", Handler: func(srv any, ctx context.Context, dec func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			in := &emptypb.Empty{}
			if err := dec(in); err != nil {
				return nil, err
			}
			sv.UnaryCall(ctx, nil)
			out := &emptypb.Empty{}
			out.ProtoReflect().SetUnknown([]byte{8, 1, 16, 0xd5, 2})
			return out, nil
		}}}}, sv)
}
