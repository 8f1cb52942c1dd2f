/** A setting's value as text. */
import type { Json } from '../../shared/contract/json.ts';
import { formatAmount, formatCount } from '../format.ts';
import { isList, isObject, sameJson } from './settings-tree.ts';

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
    return value.map(describeItem).join(', ');
  }
  return JSON.stringify(value);
}

/** An analysis or a branch has an id, and mostly nothing else. */
function describeItem(item: Json): string {
  if (typeof item !== 'object') return String(item);
  if (!isObject(item) || typeof item['id'] !== 'string') return JSON.stringify(item);
  const { id, ...own } = item;
  const texts = Object.entries(own).map(([key, value]) => `${key} ${describeValue(value)}`);
  return texts.length === 0 ? id : `${id} (${texts.join('; ')})`;
}
