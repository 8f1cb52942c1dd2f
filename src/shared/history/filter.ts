/**
 * The language of the history's search field, which window and command line share: words,
 * `"exact text"`, and terms such as `lr>0.001`. Every part must match. It never fails: what it does not
 * understand is left out and named as a mistake.
 */
import {
  type FieldKind,
  fieldNamed,
  HISTORY_FIELDS,
  type HistoryField,
  type KnownSetting,
  SETTING_PATH,
  settingsNamed,
} from './fields.ts';
import { type ComparedValue, type Operator, readValue } from './filter-value.ts';
import { nearestOf } from './nearest.ts';

interface AnyTerm {
  /** Whether the search must not match it. */
  readonly isExcluded: boolean;
}

export type FilterTerm = AnyTerm &
  (
    | { readonly kind: 'word'; readonly text: string }
    | { readonly kind: 'exact'; readonly text: string }
    | {
        readonly kind: 'comparison';
        readonly of: ComparedThing;
        readonly operator: Operator;
        readonly value: ComparedValue;
      }
  );

type ComparedThing =
  | { readonly kind: 'field'; readonly field: HistoryField }
  /** Any of these settings. */
  | { readonly kind: 'setting'; readonly paths: readonly string[] };

export interface FilterMistake {
  /** Where it is in the text: from the first character to just before the last. */
  readonly from: number;
  readonly to: number;
  /** A sentence. */
  readonly message: string;
  /** What to write there instead. */
  readonly suggestion?: string;
  /** Whether it is no mistake yet while it is being typed. */
  readonly isUnfinished?: true;
}

interface ParsedFilter {
  readonly terms: readonly FilterTerm[];
  readonly mistakes: readonly FilterMistake[];
}

/** A part of the text before its meaning is looked up. */
export interface FilterToken {
  readonly from: number;
  readonly to: number;
  readonly isExcluded: boolean;
  /** Without its quotes. */
  readonly text: string;
  readonly isQuoted: boolean;
  /** Whether a quote that was opened is not closed. */
  readonly isOpen: boolean;
  /** The name and the operator, where it is a comparison of which `text` is the value. */
  readonly compared?: {
    readonly name: string;
    readonly nameFrom: number;
    readonly operator: Operator;
  };
}

/** Quotes of every keyboard, each with the one that closes it. */
const QUOTES: Readonly<Record<string, string>> = { '"': '"', '“': '”', '„': '“' };
const COMPARISON =
  /([\p{L}_](?:[\p{L}\p{N}\p{M}_.-]*[\p{L}\p{N}\p{M}_])?)(\s*)(!=|<=|>=|=|<|>|~)[^\S\n]*/uy;
const NOT = /not\s+(?=\S)/iy;

export function tokensOf(text: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at += 1;
      continue;
    }
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.to;
  }
  return tokens;
}

function tokenAt(text: string, from: number): FilterToken {
  let at = from;
  let isExcluded = false;
  const not = matchAt(NOT, text, at);
  if (not) {
    isExcluded = true;
    at += not[0].length;
  } else if (text[at] === '-' && at + 1 < text.length && !/[\s-]/.test(text[at + 1]!)) {
    isExcluded = true;
    at += 1;
  }
  const comparison = matchAt(COMPARISON, text, at);
  if (!comparison) return { from, isExcluded, ...valueAt(text, at) };
  const [whole, name, , operator] = comparison;
  const compared = { name: name!, nameFrom: at, operator: operator as Operator };
  const end = at + whole.trimEnd().length;
  const next = at + whole.length;
  // In `lr> strategy=snip` the value is missing, and the next term is not it.
  const isMissing = next > end && (next >= text.length || matchAt(COMPARISON, text, next));
  const value = isMissing
    ? { to: end, text: '', isQuoted: false, isOpen: false }
    : valueAt(text, next);
  return { from, isExcluded, compared, ...value };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function valueAt(
  text: string,
  from: number,
): Pick<FilterToken, 'to' | 'text' | 'isQuoted' | 'isOpen'> {
  const closing = QUOTES[text[from] ?? ''];
  if (closing !== undefined) {
    const end = text.indexOf(closing, from + 1);
    const isOpen = end < 0;
    const inner = text.slice(from + 1, isOpen ? text.length : end);
    return { to: isOpen ? text.length : end + 1, text: inner, isQuoted: true, isOpen };
  }
  let to = from;
  while (to < text.length && !/\s/.test(text[to]!)) to += 1;
  return { to, text: text.slice(from, to), isQuoted: false, isOpen: false };
}

/**
 * @param known the settings that saved searches have; undefined while they are not known, so that any
 *   path may be one.
 */
export function parseFilter(
  text: string,
  known: readonly KnownSetting[] | undefined,
): ParsedFilter {
  const terms: FilterTerm[] = [];
  const mistakes: FilterMistake[] = [];
  for (const token of tokensOf(text)) {
    if (token.isOpen) {
      mistakes.push({
        ...placeOf(token),
        message: 'A quote is not closed',
        isUnfinished: true,
        suggestion: `${text.slice(token.from, token.to)}"`,
      });
    }
    const read = token.compared
      ? readComparison(token, token.compared, text, known)
      : readWord(token);
    if (read && 'message' in read) mistakes.push(read);
    else if (read) terms.push(read);
  }
  return { terms, mistakes };
}

const placeOf = ({ from, to }: FilterToken) => ({ from, to });

function readWord({ text, isQuoted, isExcluded }: FilterToken): FilterTerm | undefined {
  if (text.trim() === '') return undefined;
  return { kind: isQuoted ? 'exact' : 'word', text, isExcluded };
}

function readComparison(
  token: FilterToken,
  { name, nameFrom, operator }: NonNullable<FilterToken['compared']>,
  whole: string,
  known: readonly KnownSetting[] | undefined,
): FilterTerm | FilterMistake {
  const place = placeOf(token);
  const found = thingNamed(name, known);
  if (!found) {
    const nearest = nearestOf(name, namesOf(known ?? []));
    const rest = whole.slice(nameFrom + name.length, token.to);
    return {
      ...place,
      message: `No search has a setting “${name}”. As text, write it in quotes`,
      suggestion:
        nearest === undefined
          ? `"${whole.slice(token.from, token.to).replaceAll('"', '')}"`
          : `${whole.slice(token.from, nameFrom)}${nearest}${rest}`,
    };
  }
  if (token.text.trim() === '') {
    const message = `“${name}${operator}” needs a value after ${operator}`;
    return { ...place, message, isUnfinished: true };
  }
  const kind = kindOf(found, known ?? []);
  const read = readValue(kind, operator, token.text.trim());
  if ('problem' in read) return { ...place, message: `“${name}” ${read.problem}` };
  const unusual = unknownChoice(found, operator, read.value);
  if (unusual) {
    return {
      ...place,
      message: `“${name}” is one of ${unusual.choices.join(', ')}`,
      ...(unusual.nearest === undefined
        ? {}
        : {
            suggestion: `${whole.slice(token.from, nameFrom)}${name}${operator}${quoted(unusual.nearest)}`,
          }),
    };
  }
  const { isExcluded } = token;
  return { kind: 'comparison', of: found, operator, value: read.value, isExcluded };
}

function thingNamed(
  name: string,
  known: readonly KnownSetting[] | undefined,
): ComparedThing | undefined {
  const field = fieldNamed(name);
  if (field?.path !== undefined) return { kind: 'setting', paths: [field.path] };
  if (field) return { kind: 'field', field };
  if (!SETTING_PATH.test(name)) return undefined;
  if (!known) return { kind: 'setting', paths: [name] };
  const paths = settingsNamed(name, known).map(({ path }) => path);
  return paths.length === 0 ? undefined : { kind: 'setting', paths };
}

function kindOf(thing: ComparedThing, known: readonly KnownSetting[]): FieldKind {
  if (thing.kind === 'field') return thing.field.kind;
  const kinds = known
    .filter(({ path }) => thing.paths.includes(path))
    .flatMap((setting) => setting.kinds);
  return kinds.length > 0 && kinds.every((kind) => kind === 'list') ? 'list' : 'setting';
}

function unknownChoice(
  found: ComparedThing,
  operator: Operator,
  value: ComparedValue,
): { choices: readonly string[]; nearest: string | undefined } | undefined {
  if (found.kind !== 'field' || found.field.values === undefined || operator === '~')
    return undefined;
  const choices = found.field.values;
  if (value.kind !== 'text' || choices.includes(value.text.toLowerCase())) return undefined;
  return { choices, nearest: nearestOf(value.text, choices) };
}

/** Whether the filter compares something that has no short name, so that settings must be known. */
export function namesSetting(text: string): boolean {
  return tokensOf(text).some(({ compared }) => compared && !fieldNamed(compared.name));
}

/** Every name that a comparison can begin with. */
export function namesOf(known: readonly KnownSetting[]): string[] {
  return [
    ...HISTORY_FIELDS.flatMap(({ name, aliases }) => [name, ...aliases]),
    ...known.flatMap(({ path }) => [path, path.slice(path.lastIndexOf('.') + 1)]),
  ];
}

/** A value as it is written in a filter. */
export function quoted(text: string): string {
  return /^[^\s"“„]+$/u.test(text) ? text : `"${text.replaceAll('"', '')}"`;
}
