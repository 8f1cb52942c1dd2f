/** The lines of a chart as its legend lists them. */
import type { WindowChart } from './chart-description.ts';
import { isMarkOnLine, type LineLook, lookOf } from './readout.ts';

export interface LegendEntry {
  readonly label: string;
  readonly look: LineLook;
}

/** An entry for each label. */
export function legendOf(chart: WindowChart): LegendEntry[] {
  if (chart.kind === 'heat-map') return [];
  const entries = new Map<string, LegendEntry>();
  for (const line of chart.lines) {
    if (isMarkOnLine(line) || entries.has(line.label)) continue;
    entries.set(line.label, { label: line.label, look: lookOf(line) });
  }
  return [...entries.values()];
}

/** Whether the label has every word of the text, in any order and any case. */
export function matches(label: string, text: string): boolean {
  const lower = label.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}
