/** Numbers as tables write them: with a decimal point or comma, and perhaps with signs between thousands. */
import { SettingsError } from '../../../../shared/contract/errors.ts';

const DECIMAL_SIGNS = { point: '.', comma: ',' } as const;

/** Characters between groups of three digits. */
const GROUPING = { none: '', comma: ',', point: '.', space: ' \u00A0\u202F', apostrophe: "'’" };

export const THOUSANDS = ['none', 'comma', 'point', 'space', 'apostrophe'] as const;

export interface NumberFormat {
  readonly decimal: keyof typeof DECIMAL_SIGNS;
  readonly thousands: (typeof THOUSANDS)[number];
}

/** NaN for a field that is no number of float32. */
export type ReadNumber = (field: string) => number;

/**
 * A reader of decimal numbers. `Number` also takes hexadecimal numbers and empty text, which are
 * mistakes in a table.
 *
 * @throws WorkbenchError `invalid-settings` if one sign would mean both.
 */
export function numberReader({ decimal, thousands }: NumberFormat): ReadNumber {
  if (decimal === thousands) {
    const message = `dataset.thousands is ${thousands}; expected another sign, because dataset.decimal is ${decimal}`;
    throw new SettingsError([{ path: 'dataset.thousands', message }]);
  }
  const sign = `[${DECIMAL_SIGNS[decimal]}]`;
  const group = `[${GROUPING[thousands]}]`;
  const whole = thousands === 'none' ? '\\d+' : `(?:\\d{1,3}(?:${group}\\d{3})+|\\d+)`;
  const pattern = new RegExp(
    `^\\s*[-+]?(?:${whole}(?:${sign}\\d*)?|${sign}\\d+)(?:e[-+]?\\d+)?\\s*$`,
    'i',
  );
  const groups = thousands === 'none' ? undefined : new RegExp(group, 'g');
  return (field) => {
    if (!pattern.test(field)) return NaN;
    const plain = groups ? field.replace(groups, '') : field;
    const value = Math.fround(Number(decimal === 'comma' ? plain.replace(',', '.') : plain));
    return Number.isFinite(value) ? value : NaN;
  };
}

/** Signs of a missing value in widely used tools. */
const MISSING = /^(\?|-+|\.+|n\/?a|nan|null|none|nil|missing)$/i;

export function isMissing(field: string): boolean {
  return field.trim() === '' || MISSING.test(field.trim());
}

/** What a field that is no number in this format seems to be, and the setting that reads it. */
export function numberHint(field: string, format: NumberFormat): string | undefined {
  const text = field.trim().replace(/^[-+]/, '');
  const settings = FORMATS.find(
    ({ decimal, thousands, pattern }) =>
      pattern.test(text) && (decimal !== format.decimal || thousands !== format.thousands),
  );
  if (/^\d{1,3}(,\d{3})+$/.test(text) && format.thousands !== 'comma') {
    return 'It looks like a number with a comma: dataset.decimal=comma reads it as a decimal comma, dataset.thousands=comma as a comma between thousands.';
  }
  if (!settings) return undefined;
  const { decimal, thousands } = settings;
  const grouping = thousands === 'none' ? '' : ` and dataset.thousands=${thousands}`;
  return `It looks like a number in another format: set dataset.decimal=${decimal}${grouping}.`;
}

const FORMATS: readonly (NumberFormat & { readonly pattern: RegExp })[] = [
  { decimal: 'comma', thousands: 'none', pattern: /^\d*,\d+(e[-+]?\d+)?$/i },
  { decimal: 'point', thousands: 'none', pattern: /^\d*\.\d+(e[-+]?\d+)?$/i },
  { decimal: 'point', thousands: 'comma', pattern: /^\d{1,3}(,\d{3})+(\.\d*)?$/ },
  { decimal: 'comma', thousands: 'point', pattern: /^\d{1,3}(\.\d{3})+(,\d*)?$/ },
  { decimal: 'comma', thousands: 'space', pattern: /^\d{1,3}([ \u00A0\u202F]\d{3})*,\d+$/ },
  { decimal: 'point', thousands: 'space', pattern: /^\d{1,3}([ \u00A0\u202F]\d{3})+(\.\d*)?$/ },
  { decimal: 'point', thousands: 'apostrophe', pattern: /^\d{1,3}(['’]\d{3})+(\.\d*)?$/ },
  { decimal: 'comma', thousands: 'apostrophe', pattern: /^\d{1,3}(['’]\d{3})+,\d+$/ },
];
