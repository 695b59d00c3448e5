/**
 * What the page does: keeps what the events tell, draws it anew for each. Whatever comes from a
 * ledger is set as text, never as markup.
 */
export const followRun = `"use strict";
const byId = (id) => document.getElementById(id);
const colours = ["#0969da", "#8250df", "#bf8700", "#1b7c83", "#bf3989", "#57606a"];
let run, seconds, states, faults, totals, okByReplica, isOver = false;

function anew() {
  run = undefined; seconds = []; states = []; faults = []; okByReplica = []; totals = undefined;
  byId("events").replaceChildren();
}
function msText(us) { return us === null ? "-" : (us / 1000).toFixed(1) + " ms"; }
function timeText(us) { return new Date(us / 1000).toLocaleTimeString(); }
function row(cells, classes = []) {
  const tr = document.createElement("tr");
  cells.forEach((text, index) => {
    const td = document.createElement("td");
    td.textContent = text;
    if (classes[index]) td.className = classes[index];
    tr.append(td);
  });
  return tr;
}
function happened(tUs, text) {
  const li = document.createElement("li");
  li.textContent = timeText(tUs) + " " + text;
  byId("events").prepend(li);
  while (byId("events").children.length > 500) byId("events").lastChild.remove();
}
function replicaName(index, port) {
  return run.replicas[index] ?? (port === undefined ? "another replica" : "port " + port);
}
function shape(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  byId("timeline").append(element);
}
function draw() {
  byId("timeline").replaceChildren();
  const last = seconds.at(-1)?.second ?? 0;
  const planned = Number(run.config.duration_s) || 0;
  const count = Math.max(last + 1, Math.min(planned, 3600), 10);
  const first = Math.max(0, last + 1 - 3600);
  const width = 1000 / Math.min(count, 3600);
  const x = (second) => (second - first) * width;
  const peak = Math.max(1, ...seconds.map((s) => s.requests.count));
  const height = (value) => value / peak * 240;
  const line = [];
  for (const s of seconds) {
    if (s.second < first) continue;
    let top = 260;
    const bar = (value, attributes) => {
      if (value === 0) return;
      top -= height(value);
      shape("rect", { x: x(s.second), y: top, width: width * 0.9, height: height(value), ...attributes });
    };
    s.okByReplica.forEach((ok, index) => bar(ok, { fill: colours[index % colours.length] }));
    bar(s.lost, { class: "lost" });
    if (s.p99Us !== null) {
      const share = Math.log10(Math.max(100, s.p99Us) / 100) / 5;
      line.push((x(s.second) + width / 2) + "," + (260 - 240 * Math.min(1, share)));
    }
  }
  for (const fault of faults) {
    const from = x((fault.beginUs - run.startUs) / 1e6);
    const to = x(fault.endUs === undefined ? last + 1 : (fault.endUs - run.startUs) / 1e6);
    shape("rect", { class: "fault", x: from, y: 0, width: Math.max(2, to - from), height: 260 });
    shape("text", { x: from + 2, y: 12 }, fault.fault + " " + replicaName(fault.replica, fault.port));
  }
  shape("polyline", { class: "p99", points: line.join(" "), "vector-effect": "non-scaling-stroke" });
  const now = seconds.at(-1);
  byId("totals").tBodies[0].replaceChildren(row(["now", totals.scheduled, totals.ok, totals.wrong,
    totals.failed, totals.indeterminate, totals.inFlight, msText(now.p50Us), msText(now.p99Us)]));
  byId("replicas").tBodies[0].replaceChildren(...run.replicas.map((endpoint, index) => row(
    [endpoint, states[index] ?? "probing", now.okByReplica[index], okByReplica[index] ?? 0],
    ["", states[index] ?? "probing"])));
}
function onUpdate(update) {
  const { second, okByReplica: ok, lost, p50Us, p99Us, requests: { count } } = update;
  seconds.push({ second, okByReplica: ok, lost, p50Us, p99Us, requests: { count } });
  if (seconds.length > 3600) seconds.shift();
  totals = update.totals;
  ok.forEach((value, index) => { okByReplica[index] = (okByReplica[index] ?? 0) + value; });
  for (const { tUs, replica, state, cause } of update.states) {
    states[replica] = state;
    happened(tUs, replicaName(replica) + " " + state + " (" + cause + ")");
  }
  for (const { tUs, replica, port, fault, phase } of update.faults) {
    const open = faults.findLast((f) => f.port === port && f.fault === fault && f.endUs === undefined);
    if (phase === "end" && open) open.endUs = tUs;
    else faults.push({ replica, port, fault, beginUs: tUs, endUs: fault === "crash" ? tUs : undefined });
    happened(tUs, fault + " of " + replicaName(replica, port) + (phase === "begin" ? " begins" : " ends"));
  }
  for (const { tUs, replica, after } of update.restarts) {
    happened(tUs, replicaName(replica) + " started again after " + after);
  }
}
function onFinal({ report }) {
  isOver = true;
  const status = byId("status");
  if (report === null) { status.textContent = "The run ended without a report"; return; }
  const { result, reasons } = report.verdict;
  status.className = result;
  status.textContent = "The run is over: " + result.toUpperCase().replace("-", " ") +
    (reasons.length > 0 ? ": " + reasons.join("; ") : "");
}
let isStale = false;
function redraw() {
  if (isStale) return;
  isStale = true;
  // Many events at once, as for one who comes late, are one picture.
  requestAnimationFrame(() => { isStale = false; if (run && totals) draw(); });
}
anew();
const source = new EventSource("/events");
const on = (name, act) => source.addEventListener(name, (event) => { act(JSON.parse(event.data)); redraw(); });
on("anew", (data) => {
  anew();
  run = data;
  byId("run").textContent = run.run;
  byId("status").textContent = "Running";
});
on("update", onUpdate);
on("final", (data) => { onFinal(data); source.close(); });
source.onerror = () => { if (!isOver) byId("status").textContent = "Connection lost; trying again"; };
source.onopen = () => { if (run && !isOver) byId("status").textContent = "Running"; };
`;
