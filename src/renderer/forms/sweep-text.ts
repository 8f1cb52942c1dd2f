/** Several values of a setting as a person writes them: `0.1, 0.2`, `0..500 step 100`, `1..64 times 2`. */
import type { Json } from '../../shared/contract/json.ts';
import type { SweepRange } from '../../shared/domain/sweep.ts';

export type ParsedSweep =
  { readonly values: readonly Json[] | SweepRange } | { readonly problem: string };

const RANGE =
  /^(?<from>[-+\d.e]+?)\s*\.\.\s*(?<to>[-+\d.e]+)\s+(?<how>step|times)\s+(?<by>[-+\d.e]+)$/i;

export function parseSweepText(text: string): ParsedSweep {
  const range = RANGE.exec(text.trim())?.groups;
  if (range) {
    const [from, to, by] = [Number(range['from']), Number(range['to']), Number(range['by'])];
    if (![from, to, by].every(Number.isFinite)) return { problem: 'A range is made of numbers.' };
    return range['how']?.toLowerCase() === 'step'
      ? { values: { from, to, step: by } }
      : { values: { from, to, factor: by } };
  }
  // Entries with settings of their own are written by the form, and read back from preferences.
  if (text.startsWith('[')) return { values: JSON.parse(text) as readonly Json[] };
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) return { problem: 'Write the values, separated by commas.' };
  return { values: parts.map(valueOf) };
}

function valueOf(text: string): Json {
  const number = Number(text);
  if (Number.isFinite(number)) return number;
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}
