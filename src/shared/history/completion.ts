/** What can be written next in a filter: names, operators, and values that searches have. */
import type { ValueCount } from '../contract/records/history.ts';
import { fieldNamed, HISTORY_FIELDS, type KnownSetting } from './fields.ts';
import { type FilterToken, quoted, tokensOf } from './filter.ts';

export interface Suggestion {
  /** What is written. */
  readonly insert: string;
  readonly label: string;
  readonly hint: string;
}

export interface Completion {
  /** The part of the text that a suggestion replaces. */
  readonly from: number;
  readonly to: number;
  readonly suggestions: readonly Suggestion[];
}

const MOST_SUGGESTIONS = 12;

const OPERATOR_HINTS: readonly (readonly [string, string])[] = [
  ['=', 'equals'],
  ['!=', 'is anything else'],
  ['<', 'below'],
  ['<=', 'at most'],
  ['>', 'above'],
  ['>=', 'at least'],
  ['~', 'contains'],
];

/** The name whose values are to be offered at the caret; undefined if none are. */
export function valuesWanted(text: string, caret: number): string | undefined {
  const token = tokenAtCaret(text, caret);
  return token?.compared && caret >= valueStart(text, token) ? token.compared.name : undefined;
}

/** @param values those of `valuesWanted`. */
export function complete(
  text: string,
  caret: number,
  known: readonly KnownSetting[],
  values: readonly ValueCount[],
): Completion {
  const token = tokenAtCaret(text, caret);
  if (!token) return { from: caret, to: caret, suggestions: namesLike('', known) };
  if (token.compared && caret >= valueStart(text, token)) {
    const from = valueStart(text, token);
    return { from, to: token.to, suggestions: valuesLike(token.text, values) };
  }
  const nameFrom = token.compared?.nameFrom ?? nameStart(token);
  const nameTo = token.compared ? nameFrom + token.compared.name.length : token.to;
  if (token.isQuoted && !token.compared) return { from: caret, to: caret, suggestions: [] };
  const typed = text.slice(nameFrom, Math.min(caret, nameTo));
  const isWhole = !token.compared && isName(typed, known);
  return {
    from: nameFrom,
    to: nameTo,
    suggestions: [
      ...(isWhole ? operatorsFor(typed) : []),
      ...namesLike(typed, known).filter(({ insert }) => insert !== typed),
    ].slice(0, MOST_SUGGESTIONS),
  };
}

/** The text with the suggestion in it, and where the caret is then. */
export function withSuggestion(
  text: string,
  { from, to }: Completion,
  { insert }: Suggestion,
): { readonly text: string; readonly caret: number } {
  return { text: text.slice(0, from) + insert + text.slice(to), caret: from + insert.length };
}

function tokenAtCaret(text: string, caret: number): FilterToken | undefined {
  return tokensOf(text).find(({ from, to }) => from <= caret && caret <= to);
}

function valueStart(text: string, { from, compared }: FilterToken): number {
  if (!compared) return from;
  const operatorFrom = text.indexOf(compared.operator, compared.nameFrom + compared.name.length);
  const rest = text.slice(operatorFrom + compared.operator.length);
  return operatorFrom + compared.operator.length + (rest.length - rest.trimStart().length);
}

/** After `-` or `not`. */
function nameStart({ from, to, text: word, isExcluded }: FilterToken): number {
  return isExcluded ? to - word.length : from;
}

function isName(name: string, known: readonly KnownSetting[]): boolean {
  return fieldNamed(name) !== undefined || known.some(({ path }) => path === name);
}

function operatorsFor(name: string): Suggestion[] {
  const kind = fieldNamed(name)?.kind;
  const isText = kind === 'text' || kind === 'tag';
  return OPERATOR_HINTS.filter(([operator]) =>
    isText ? ['=', '!=', '~'].includes(operator) : operator !== '~' || kind === undefined,
  ).map(([operator, hint]) => ({ insert: name + operator, label: name + operator, hint }));
}

/** Names that begin with the text come first, short names before paths. */
function namesLike(text: string, known: readonly KnownSetting[]): Suggestion[] {
  const wanted = text.toLowerCase();
  const all: Suggestion[] = [
    ...HISTORY_FIELDS.map(({ name, about }) => ({ insert: name, label: name, hint: about })),
    ...known.map(({ path, kinds }) => ({ insert: path, label: path, hint: kinds.join(' or ') })),
  ];
  const found = all.filter(
    ({ label, hint }) =>
      label.toLowerCase().includes(wanted) || (wanted.length > 2 && hint.includes(wanted)),
  );
  const isFirst = ({ label }: Suggestion) => label.toLowerCase().startsWith(wanted);
  return [...found.filter(isFirst), ...found.filter((each) => !isFirst(each))].slice(
    0,
    MOST_SUGGESTIONS,
  );
}

function valuesLike(text: string, values: readonly ValueCount[]): Suggestion[] {
  const wanted = text.toLowerCase();
  // A value that is written in full needs no suggestion; the arrows lead to the results then.
  if (values.some(({ value }) => value.toLowerCase() === wanted)) return [];
  return values
    .filter(({ value }) => value.toLowerCase().includes(wanted) && value !== '')
    .slice(0, MOST_SUGGESTIONS)
    .map(({ value, searches }) => ({
      insert: quoted(value),
      label: value,
      hint: searches === 1 ? '1 search' : `${searches} searches`,
    }));
}
