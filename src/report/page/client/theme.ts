/** The colours of the charts, as the stylesheet has them for the scheme in force. */
export interface Theme {
  readonly ink: string;
  readonly quiet: string;
  readonly grid: string;
  readonly bad: string;
  readonly accent: string;
  readonly surface: string;
  readonly fault: string;
  readonly outage: string;
  readonly replicas: readonly string[];
  readonly states: Readonly<Record<string, string>>;
  readonly font: string;
}

const replicaColourCount = 6;

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour("ink"),
    quiet: colour("quiet"),
    grid: colour("grid"),
    bad: colour("bad"),
    accent: colour("accent"),
    surface: colour("surface"),
    fault: colour("fault"),
    outage: colour("outage"),
    replicas: Array.from({ length: replicaColourCount }, (_, index) => colour(`replica-${index}`)),
    states: {
      healthy: colour("healthy"),
      suspect: colour("suspect"),
      down: colour("down"),
      probing: colour("probing"),
    },
    font: "12px system-ui, sans-serif",
  };
}

export function replicaColour({ replicas }: Theme, endpoint: number): string {
  return replicas[endpoint % replicas.length] ?? "";
}
