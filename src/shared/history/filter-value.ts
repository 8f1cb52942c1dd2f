/** Values of a filter, with the units that people write. */
import { numberIn } from '../number-text.ts';
import type { FieldKind } from './fields.ts';

export type Operator = '!=' | '<=' | '>=' | '=' | '<' | '>' | '~';

export type ComparedValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  /** From `from`, to just below `to`. */
  | { readonly kind: 'range'; readonly from: number; readonly to: number };

type ReadValue = { readonly value: ComparedValue } | { readonly problem: string };

const asText = (text: string): ReadValue => ({ value: { kind: 'text', text } });
const asNumber = (number: number): ReadValue => ({ value: { kind: 'number', number } });

/** What is compared with a field of this kind. */
export function readValue(kind: FieldKind, operator: Operator, text: string): ReadValue {
  if (operator === '~') {
    return kind === 'text' || kind === 'tag' || kind === 'setting' || kind === 'list'
      ? asText(text)
      : { problem: 'is a number; ~ looks into texts. Use = != < <= > >=' };
  }
  switch (kind) {
    case 'list':
      return isOrder(operator) ? { problem: 'is a list; use = != or ~' } : asText(listText(text));
    case 'text':
    case 'tag':
      return isOrder(operator) ? { problem: 'is a text; use = != or ~' } : asText(text);
    case 'setting':
      return readSetting(operator, text);
    case 'number':
      return readNumber(text, 'a number, such as 5 or 1e-3');
    case 'fraction':
      return readMeasured(operator, text, 1, 'a fraction or a percentage, such as 0.2 or 20%');
    case 'points':
      return readMeasured(operator, text, 0.01, 'percentage points, such as 0.3 or -1');
    case 'duration':
      return readDuration(text);
    case 'moment':
      return readMoment(text);
  }
}

const isOrder = (operator: Operator): boolean =>
  operator.startsWith('<') || operator.startsWith('>');

/** `1e-3`, `50,000`, `20%` */
function numberOf(text: string): number | undefined {
  const percent = /^(.*\d)\s*%$/.exec(text)?.[1];
  if (percent === undefined) return numberIn(text);
  const number = numberIn(percent);
  // Dividing is exact where multiplying by 0.01 is not.
  return number === undefined ? undefined : number / 100;
}

function readNumber(text: string, expected: string): ReadValue {
  const number = numberOf(text);
  return number === undefined ? { problem: `needs ${expected}` } : asNumber(number);
}

/** A number if it is one. Texts and `true` are compared as texts. */
function readSetting(operator: Operator, text: string): ReadValue {
  const number = numberOf(text);
  if (number !== undefined) return asNumber(number);
  if (isOrder(operator)) return { problem: 'needs a number after < and >, such as 1e-3' };
  return asText(text);
}

/** A list as it is stored, without its brackets: `300,100`. */
function listText(text: string): string {
  return text.replaceAll(/^\[|\]$|\s+/g, '');
}

/**
 * What is measured is shown rounded, so `=` means every value that is rounded to the written one:
 * `density=21%` is 20.5 % to 21.5 %.
 */
function readMeasured(operator: Operator, text: string, unit: number, expected: string): ReadValue {
  const isPercent = text.endsWith('%');
  const written = numberIn(text.replace(/\s*%$/, ''));
  if (written === undefined) return { problem: `needs ${expected}` };
  const scale = isPercent ? 0.01 : unit;
  if (unit === 1 && !isPercent && Math.abs(written) > 1) {
    return { problem: `is a fraction: write ${text}% or ${String(written / 100)}` };
  }
  if (operator !== '=' && operator !== '!=') {
    return asNumber(scale === 1 ? written : written / 100);
  }
  const decimals = /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
  const half = 10 ** -decimals / 2;
  return { value: { kind: 'range', from: (written - half) * scale, to: (written + half) * scale } };
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `90s`, `5min`, `1h30min` */
function readDuration(text: string): ReadValue {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|min|[smhd])/g)];
  const isWhole = parts.map(([part]) => part).join('') === text.replaceAll(/\s+(?=\d)/g, '');
  if (parts.length === 0 || !isWhole)
    return { problem: 'needs a time with its unit, such as 90s, 5min or 2h' };
  return asNumber(
    parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * MILLISECONDS[unit!]!, 0),
  );
}

/** A day, a month or a year in local time, from its beginning to the beginning of the next. */
function readMoment(text: string): ReadValue {
  const expected = { problem: 'needs a date, such as 2026-11-01, 2026-11 or 2026' };
  const parts = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text)?.slice(1);
  if (!parts) return expected;
  const [year, month, day] = parts.map((part: string | undefined) =>
    part === undefined ? undefined : Number(part),
  );
  const start = new Date(year!, (month ?? 1) - 1, day ?? 1);
  const isReal = start.getMonth() === (month ?? 1) - 1 && start.getDate() === (day ?? 1);
  if (!isReal) return expected;
  const end =
    month === undefined
      ? new Date(year! + 1, 0, 1)
      : day === undefined
        ? new Date(year!, month, 1)
        : new Date(year!, month - 1, day + 1);
  return { value: { kind: 'range', from: start.getTime(), to: end.getTime() } };
}
