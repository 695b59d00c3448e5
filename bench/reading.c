/* reading FILE: reads a directed edge list with igraph, a .gz through gzip -dc; prints a line. */
#include <igraph.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

int main(int count, char **args) {
  if (count != 2) return 2;
  const char *path = args[1];
  double begun_ms = now_ms();
  size_t length = strlen(path);
  int is_gzip = length > 3 && strcmp(path + length - 3, ".gz") == 0;
  char command[4096];
  snprintf(command, sizeof command, "gzip -dc '%s'", path);
  FILE *file = is_gzip ? popen(command, "r") : fopen(path, "r");
  if (file == NULL) return 1;
  igraph_t graph;
  if (igraph_read_graph_edgelist(&graph, file, 0, IGRAPH_DIRECTED) != IGRAPH_SUCCESS) return 1;
  double ms = now_ms() - begun_ms;
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"ms\":%.1f,\"vertexCount\":%ld,\"edgeCount\":%ld,\"peakMb\":%.0f}\n", ms,
         (long)igraph_vcount(&graph), (long)igraph_ecount(&graph), usage.ru_maxrss / 1024.0);
  return 0;
}
