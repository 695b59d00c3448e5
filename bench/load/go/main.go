// A grpc-go server that does next to nothing, so that what asks it is measured: TestService of
// grpc-go's own interoperability tests, with health and reflection. It notes when each call arrives.
//
// Prints its port. Then, for each line on its standard input: "begin" forgets the arrivals so far,
// "end" prints those since then as one line of JSON, microseconds since the first. It ends with its
// standard input.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	testpb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/tap"
)

// arrivals are noted where headers are read, before any goroutine of the call is scheduled.
type arrivals struct {
	mutex sync.Mutex
	times []time.Time
}

func (a *arrivals) note(ctx context.Context, info *tap.Info) (context.Context, error) {
	now := time.Now()
	if info.FullMethodName == testpb.TestService_UnaryCall_FullMethodName {
		a.mutex.Lock()
		a.times = append(a.times, now)
		a.mutex.Unlock()
	}
	return ctx, nil
}

func (a *arrivals) begin() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.times = make([]time.Time, 0, 1<<20)
}

func (a *arrivals) sinceFirstUs() []int64 {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	since := make([]int64, len(a.times))
	for i, t := range a.times {
		since[i] = t.Sub(a.times[0]).Microseconds()
	}
	return since
}

// service answers after a delay that is spread exponentially, the same way in every run; the least
// and the mean of what is added to it are given. No mean: at once.
type service struct {
	testpb.UnimplementedTestServiceServer
	least, mean time.Duration
	count       atomic.Int64
}

func (s *service) UnaryCall(
	_ context.Context, request *testpb.SimpleRequest,
) (*testpb.SimpleResponse, error) {
	if s.mean > 0 {
		_, share := math.Modf(float64(s.count.Add(1)) * math.Phi)
		time.Sleep(s.least + time.Duration(-math.Log(1-share)*float64(s.mean)))
	}
	return &testpb.SimpleResponse{Payload: request.Payload}, nil
}

func main() {
	least := flag.Duration("least", 0, "the shortest delay of an answer")
	mean := flag.Duration("mean", 0, "the mean of what is added to it")
	flag.Parse()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	noted := &arrivals{}
	server := grpc.NewServer(grpc.InTapHandle(noted.note))
	testpb.RegisterTestServiceServer(server, &service{least: *least, mean: *mean})
	healthpb.RegisterHealthServer(server, health.NewServer())
	reflection.Register(server)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() {
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			switch lines.Text() {
			case "begin":
				noted.begin()
				fmt.Println("begun")
			case "end":
				_ = json.NewEncoder(os.Stdout).Encode(noted.sinceFirstUs())
			}
		}
		server.Stop()
	}()
	if err := server.Serve(listener); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
