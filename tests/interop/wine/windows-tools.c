/*
 * Stands in for powershell.exe and netstat.exe, which Wine has as stubs or without -o. It answers
 * what dfs asks for in their formats; every figure is the system's own: sockets and owners from
 * GetExtendedTcpTable, processes from the tool help snapshot, and the suspend count of each thread.
 * It refuses a call whose words did not arrive as dfs meant them.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <stdio.h>
#include <tlhelp32.h>
#include <winternl.h>

static char table[1 << 20];

static int mentions(const char *text, const char *part) { return strstr(text, part) != NULL; }

static void *tcp_table(int family) {
  DWORD size = sizeof table;
  if (GetExtendedTcpTable(table, &size, TRUE, family, TCP_TABLE_OWNER_PID_ALL, 0)) exit(3);
  return table;
}

typedef void Row(const char *local, int port, const char *remote, int peer, DWORD state, DWORD pid);

static void each_row(int family, Row *row) {
  char local[64], remote[64];
  if (family == AF_INET) {
    MIB_TCPTABLE_OWNER_PID *rows = tcp_table(family);
    for (DWORD i = 0; i < rows->dwNumEntries; i++) {
      MIB_TCPROW_OWNER_PID *r = &rows->table[i];
      inet_ntop(family, &r->dwLocalAddr, local, sizeof local);
      inet_ntop(family, &r->dwRemoteAddr, remote, sizeof remote);
      row(local, ntohs(r->dwLocalPort), remote, ntohs(r->dwRemotePort), r->dwState, r->dwOwningPid);
    }
    return;
  }
  MIB_TCP6TABLE_OWNER_PID *rows = tcp_table(family);
  for (DWORD i = 0; i < rows->dwNumEntries; i++) {
    MIB_TCP6ROW_OWNER_PID *r = &rows->table[i];
    inet_ntop(family, r->ucLocalAddr, local, sizeof local);
    inet_ntop(family, r->ucRemoteAddr, remote, sizeof remote);
    row(local, ntohs(r->dwLocalPort), remote, ntohs(r->dwRemotePort), r->dwState, r->dwOwningPid);
  }
}

static const char *separator = "[";

static void json_row(const char *local, int port, const char *remote, int peer, DWORD state,
                     DWORD pid) {
  printf("%s{\"LocalAddress\":\"%s\",\"LocalPort\":%d,\"RemotePort\":%d,\"State\":%lu,"
         "\"OwningProcess\":%lu}", separator, local, port, peer, state, pid);
  separator = ",";
}

/* German, in the code page 850 that consoles there use: AB\x99, HERGESTELLT. */
static void netstat_row(const char *local, int port, const char *remote, int peer, DWORD state,
                        DWORD pid) {
  char here[80], there[80];
  const char *form = strchr(local, ':') ? "[%s]:%d" : "%s:%d";
  snprintf(here, sizeof here, form, local, port);
  snprintf(there, sizeof there, form, remote, peer);
  const char *words = state == MIB_TCP_STATE_LISTEN      ? "ABH\x99REN"
                      : state == MIB_TCP_STATE_TIME_WAIT ? "WARTEND"
                                                         : "HERGESTELLT";
  printf("  TCP    %-22s %-22s %-15s %lu\r\n", here, there, words, pid);
}

static void json_text(const WCHAR *text) {
  char utf8[16384];
  if (!WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, sizeof utf8, NULL, NULL)) *utf8 = 0;
  putchar('"');
  for (char *c = utf8; *c; c++) {
    if (*c == '"' || *c == '\\') putchar('\\');
    putchar(*c);
  }
  putchar('"');
}

/* From the process's own memory. */
static void command_line(HANDLE process, WCHAR *text, SIZE_T size) {
  PROCESS_BASIC_INFORMATION basic;
  PEB peb;
  RTL_USER_PROCESS_PARAMETERS parameters;
  memset(text, 0, size);
  if (NtQueryInformationProcess(process, 0, &basic, sizeof basic, NULL)) return;
  if (!ReadProcessMemory(process, basic.PebBaseAddress, &peb, sizeof peb, NULL)) return;
  if (!ReadProcessMemory(process, peb.ProcessParameters, &parameters, sizeof parameters, NULL))
    return;
  SIZE_T length = parameters.CommandLine.Length;
  if (length < size)
    ReadProcessMemory(process, parameters.CommandLine.Buffer, text, length, NULL);
}

static void count_threads(DWORD pid, int *threads, int *suspended) {
  HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
  THREADENTRY32 entry = {sizeof entry};
  *threads = *suspended = 0;
  for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry)) {
    if (entry.th32OwnerProcessID != pid) continue;
    HANDLE thread = OpenThread(THREAD_QUERY_INFORMATION, FALSE, entry.th32ThreadID);
    ULONG count = 0;
    const THREADINFOCLASS suspend_count = 35;
    if (thread != NULL) NtQueryInformationThread(thread, suspend_count, &count, sizeof count, NULL);
    CloseHandle(thread);
    ++*threads;
    if (count > 0) ++*suspended;
  }
  CloseHandle(snapshot);
}

static void process_row(const PROCESSENTRY32W *entry) {
  static WCHAR path[4096], line[8192];
  FILETIME created = {0}, ended, kernel, user;
  int threads, suspended;
  DWORD length = 4096;
  HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE,
                               entry->th32ProcessID);
  *path = *line = 0;
  if (process != NULL) {
    GetProcessTimes(process, &created, &ended, &kernel, &user);
    QueryFullProcessImageNameW(process, 0, path, &length);
    command_line(process, line, sizeof line);
    CloseHandle(process);
  }
  count_threads(entry->th32ProcessID, &threads, &suspended);
  printf("%s{\"ProcessId\":%lu,\"ParentProcessId\":%lu,\"Name\":", separator, entry->th32ProcessID,
         entry->th32ParentProcessID);
  json_text(entry->szExeFile);
  printf(",\"ExecutablePath\":");
  json_text(path);
  printf(",\"CommandLine\":");
  json_text(line);
  /* CIM tells microseconds, in units of 100 ns. */
  ULONGLONG instant = ((ULONGLONG)created.dwHighDateTime << 32) | created.dwLowDateTime;
  printf(",\"Created\":\"%llu\",\"User\":\"anna\",\"ThreadCount\":%d,\"SuspendedCount\":%d}",
         instant / 10 * 10, threads, suspended);
  separator = ",";
}

/* `filter`: ProcessId=7 OR ProcessId=8; NULL: all of them. */
static void processes(const char *filter) {
  HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  PROCESSENTRY32W entry = {sizeof entry};
  for (BOOL more = Process32FirstW(snapshot, &entry); more; more = Process32NextW(snapshot, &entry)) {
    BOOL wanted = filter == NULL;
    for (const char *at = filter; !wanted && at && (at = strstr(at, "ProcessId=")); at += 10)
      wanted = strtoul(at + 10, NULL, 10) == entry.th32ProcessID;
    if (wanted) process_row(&entry);
  }
}

static int powershell(const char *script) {
  if (mentions(script, "Get-NetTCPConnection")) {
    if (getenv("WITHOUT_NET_TCP") != NULL) {
      fprintf(stderr, "Get-NetTCPConnection : The term is not recognized as the name of a cmdlet");
      return 1;
    }
    each_row(AF_INET6, json_row);
    each_row(AF_INET, json_row);
  } else if (mentions(script, "Get-CimInstance Win32_Process -Filter 'ProcessId=")) {
    processes(strstr(script, "-Filter '"));
  } else if (mentions(script, "Get-CimInstance Win32_Process | ")) {
    processes(NULL);
  } else {
    fprintf(stderr, "Not a script that dfs runs: %s", script);
    return 2;
  }
  if (*separator == ',') printf("]\r\n");
  return 0;
}

int main(int count, char **words) {
  if (count == 4 && !strcmp(words[1], "-ano") && !strcmp(words[2], "-p")) {
    printf("\r\nAktive Verbindungen\r\n\r\n  Proto  Lokale Adresse  Remoteadresse  Status  PID\r\n");
    each_row(strcmp(words[3], "TCPv6") ? AF_INET : AF_INET6, netstat_row);
    return 0;
  }
  const char *expected[] = {"-NoProfile", "-NonInteractive", "-Command"};
  BOOL isMeant = count == 5;
  for (int i = 0; isMeant && i < 3; i++) isMeant = !strcmp(words[i + 1], expected[i]);
  if (isMeant) return powershell(words[4]);
  fprintf(stderr, "Unexpected words: %d", count);
  for (int i = 1; i < count; i++) fprintf(stderr, " <%s>", words[i]);
  return 2;
}
