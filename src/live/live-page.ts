import { followRun } from "./follow-run.ts";

const style = `
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 1rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: right; padding: .1rem .8rem .1rem 0; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; }
th { font-weight: normal; opacity: .7; }
svg { width: 100%; height: 16rem; background: color-mix(in srgb, currentColor 5%, transparent); }
svg text { fill: currentColor; font-size: 11px; }
ul { padding-left: 1.5rem; max-height: 14rem; overflow: auto; }
.healthy, .verified { color: #1a7f37; }
.down, .not-verified { color: #cf222e; }
.suspect, .probing, .inconclusive { color: #9a6700; }
.fault { fill: #cf222e; opacity: .3; }
.lost { fill: #cf222e; }
.p99 { fill: none; stroke: currentColor; stroke-width: 1.5; }
`;

/** Follows a run by server-sent events; whole in itself, and the same for every run. */
export const livePage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dfs: live</title>
<style>${style}</style>
<h1>dfs: run <span id="run">...</span></h1>
<p role="status" id="status">Waiting for the run</p>
<svg id="timeline" role="img" aria-label="Requests that ended ok in each second, by replica"
 viewBox="0 0 1000 260" preserveAspectRatio="none"></svg>
<p><small>Bars: ok in each second, by replica; red bars: lost. Line: p99 of the second on a log scale
 from 0.1 ms to 10 s. Shaded: a fault.</small></p>
<table id="totals"><thead><tr><th>requests</th><th>scheduled</th><th>ok</th><th>wrong</th>
<th>failed</th><th>indeterminate</th><th>in flight</th><th>p50</th><th>p99</th></tr></thead>
<tbody></tbody></table>
<table id="replicas"><thead><tr><th>replica</th><th>state</th><th>ok/s</th><th>ok</th></tr></thead>
<tbody></tbody></table>
<h2 id="happened">What happened</h2>
<ul id="events" aria-labelledby="happened"></ul>
<script>${followRun}</script>
`;
