// A stock grpc-go client: round_robin and retryPolicy over all replicas, open loop.
package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/protobuf/encoding/protowire"
)

type config struct {
	Ports         []int   `json:"ports"`
	RatePerSecond float64 `json:"ratePerSecond"`
	DurationMs    float64 `json:"durationMs"`
	DeadlineMs    float64 `json:"deadlineMs"`
	RunID         string  `json:"runId"`
	RequestHex    string  `json:"requestHex"`
	Right         struct {
		Found        bool   `json:"found"`
		VisitedCount uint64 `json:"visitedCount"`
	} `json:"right"`
	ResultPath string `json:"resultPath"`
}

type requestResult struct {
	ID         string `json:"id"`
	DueUs      int64  `json:"dueUs"`
	FinishedUs int64  `json:"finishedUs"`
	Outcome    string `json:"outcome"`
	Port       int    `json:"port"`
	Attempts   int    `json:"attempts"`
}

// As the benchmark's other stock clients have it.
const serviceConfig = `{
  "loadBalancingConfig": [{"round_robin": {}}],
  "methodConfig": [{"name": [{}], "retryPolicy": {
    "maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"]}}]
}`

// Messages are bytes here: the benchmark hands the encoded request over.
type bytesCodec struct{}

func (bytesCodec) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }
func (bytesCodec) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append([]byte(nil), data...)
	return nil
}
func (bytesCodec) Name() string { return "proto" }

var _ encoding.Codec = bytesCodec{}

// One anchor of wall-clock time plus monotonic time since, as the ledgers have it.
var anchor = time.Now()

func nowUs() int64 { return anchor.UnixMicro() + time.Since(anchor).Microseconds() }

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var c config
	if err := json.Unmarshal([]byte(os.Args[1]), &c); err != nil {
		return err
	}
	request, err := hex.DecodeString(c.RequestHex)
	if err != nil {
		return err
	}
	conn, err := dial(c.Ports)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.Connect()

	startUs := nowUs() + 1_500_000
	fmt.Printf("start %d\n", startUs)
	count := int(c.RatePerSecond*c.DurationMs/1000 + 0.5)
	results := make([]requestResult, count)
	var open sync.WaitGroup
	for index := range results {
		dueUs := startUs + int64(float64(index)*1e6/c.RatePerSecond)
		if wait := dueUs - nowUs(); wait > 0 {
			time.Sleep(time.Duration(wait) * time.Microsecond)
		}
		open.Add(1)
		go func() {
			defer open.Done()
			results[index] = call(conn, c, request, index+1, dueUs)
		}()
	}
	open.Wait()
	text, err := json.Marshal(map[string]any{"startUs": startUs, "requests": results})
	if err != nil {
		return err
	}
	return os.WriteFile(c.ResultPath, text, 0o600)
}

func dial(ports []int) (*grpc.ClientConn, error) {
	replicas := manual.NewBuilderWithScheme("replicas")
	var addresses []resolver.Address
	for _, port := range ports {
		addresses = append(addresses, resolver.Address{Addr: fmt.Sprintf("127.0.0.1:%d", port)})
	}
	replicas.InitialState(resolver.State{Addresses: addresses})
	return grpc.NewClient("replicas:///all",
		grpc.WithResolvers(replicas),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(bytesCodec{})))
}

func call(conn *grpc.ClientConn, c config, request []byte, number int, dueUs int64) requestResult {
	result := requestResult{ID: fmt.Sprintf("%s-%d", c.RunID, number), DueUs: dueUs, Outcome: "lost"}
	leftUs := dueUs + int64(c.DeadlineMs*1000) - nowUs()
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(leftUs)*time.Microsecond)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "x-request-id", result.ID)
	var head metadata.MD
	var response []byte
	err := conn.Invoke(ctx, "/dfs.DFSService/RunDFS", &request, &response, grpc.Header(&head))
	result.FinishedUs = nowUs()
	if err != nil {
		return result
	}
	found, visited := decode(response)
	result.Outcome = "wrong"
	if found == c.Right.Found && visited == c.Right.VisitedCount {
		result.Outcome = "ok"
	}
	if port := head.Get("x-replica"); len(port) == 1 {
		result.Port, _ = strconv.Atoi(port[0])
	}
	return result
}

// Fields 1 and 2 of RunResponse; bytes that are no message give (false, 0).
func decode(message []byte) (found bool, visited uint64) {
	for len(message) > 0 {
		field, kind, size := protowire.ConsumeTag(message)
		if size < 0 {
			return false, 0
		}
		message = message[size:]
		if kind == protowire.VarintType {
			value, size := protowire.ConsumeVarint(message)
			if size < 0 {
				return false, 0
			}
			if field == 1 {
				found = value == 1
			}
			if field == 2 {
				visited = value
			}
		}
		size = protowire.ConsumeFieldValue(field, kind, message)
		if size < 0 {
			return false, 0
		}
		message = message[size:]
	}
	return found, visited
}
