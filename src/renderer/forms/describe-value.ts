/** A setting's value as text. */
import type { Json } from '../../shared/contract/json.ts';
import { formatAmount, formatCount } from '../format.ts';
import { isList, sameJson } from './settings-tree.ts';

/** A setting as it was written, with epochs also in iterations. */
export function describeResolved(written: Json | undefined, resolved: Json | undefined): string {
  if (written === undefined || sameJson(written, resolved)) return describeValue(resolved);
  return `${describeValue(written)} (${describeIterations(resolved)})`;
}

/** `18,334 iterations` */
export function describeIterations(resolved: Json | undefined): string {
  const counts = (isList(resolved) ? resolved : [resolved]).map(Number);
  const last = formatAmount(counts.at(-1) ?? 0, 'iteration');
  return [...counts.slice(0, -1).map(formatCount), last].join(' and ');
}

export function describeValue(value: Json | undefined): string {
  if (value === undefined) return '–';
  if (typeof value === 'string') return value;
  if (isList(value) && value.length === 0) return 'none';
  if (isList(value)) {
    return value
      .map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item)))
      .join(', ');
  }
  return JSON.stringify(value);
}
