/** Several values of a setting as typed: `0.1, 0.2`, `0..500 step 100`, `1..64 times 2`. */
import { messageOf, type SettingsProblem } from '../../shared/contract/errors.ts';
import { type Json, parseJson } from '../../shared/contract/json.ts';
import { type Duration, isEpochs } from '../../shared/domain/duration.ts';
import { rangeOf, type SweepDraft, type SweepRange } from '../../shared/domain/sweep.ts';
import type { JsonSchema } from '../../shared/contract/records/catalog.ts';
import { plainNumberIn } from '../../shared/number-text.ts';
import { isList } from './settings-tree.ts';

export type ParsedSweep =
  { readonly values: readonly Json[] | SweepRange } | { readonly problem: string };

const RANGE =
  /^(?<from>[-+\d.e]+?(?:ep)?)\s*\.\.\s*(?<to>[-+\d.e]+?(?:ep)?)\s+(?<how>step|times)\s+(?<by>[-+\d.e]+?(?:ep)?)$/i;

const OPEN_RANGE =
  /^(?<from>[-+]?[\d.]*\d(?:e[-+]?\d+)?(?:ep)?)\s*\.\.\s*(?<to>[-+]?[\d.]*\d(?:e[-+]?\d+)?(?:ep)?)(?:\s+(?:step|times))?$/i;

/** @param schema of the setting, if it is known: where it takes text, `1` is text. */
export function parseSweepText(text: string, schema?: JsonSchema): ParsedSweep {
  const isText = schema?.type === 'string';
  const range = isText ? undefined : RANGE.exec(text.trim())?.groups;
  if (range) {
    const { from = '', to = '', how = '', by = '' } = range;
    const values = rangeOf(from, to, how.toLowerCase() === 'step' ? 'step' : 'factor', by);
    const parts = Object.values<Duration>(values);
    const areNumbers = parts.every((part) => isEpochs(part) || Number.isFinite(part));
    return areNumbers ? { values } : { problem: 'A range takes numbers or epochs.' };
  }
  const open = isText ? undefined : OPEN_RANGE.exec(text.trim())?.groups;
  if (open) {
    const { from = '', to = '' } = open;
    const step = `${/[.]|e-/i.test(from + to) ? '0.1' : '1'}${/ep$/i.test(from) ? 'ep' : ''}`;
    return {
      problem: `“${text.trim()}” is a range without a step. Write ${from}..${to} step ${step}, or the values, separated by commas.`,
    };
  }
  // Entries with their own settings are JSON: the form writes it, and preferences keep it.
  if (text.startsWith('[') && !isText) return parseSweptJson(text);
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) return { problem: 'Enter values, separated by commas.' };
  return { values: isText ? parts : parts.map(valueOf) };
}

function parseSweptJson(text: string): ParsedSweep {
  try {
    const list = parseJson(text);
    if (isList(list)) return { values: list };
    return { problem: 'Enter a list of values, as JSON.' };
  } catch (error) {
    return { problem: `This is not JSON: ${messageOf(error)}` };
  }
}

/**
 * The swept settings of a form, or what is wrong with their texts, by path.
 *
 * @param schemaOf the schema of the setting at a path, if it is known.
 */
export function sweepDraftOf(
  texts: ReadonlyMap<string, string>,
  schemaOf: (path: string) => JsonSchema | undefined,
): { readonly sweep: SweepDraft } | { readonly problems: readonly SettingsProblem[] } {
  const sweep: [path: string, values: SweepDraft[string]][] = [];
  const problems: SettingsProblem[] = [];
  for (const [path, text] of texts) {
    const parsed = parseSweepText(text, schemaOf(path));
    if ('problem' in parsed) problems.push({ path, message: parsed.problem });
    else sweep.push([path, parsed.values]);
  }
  return problems.length > 0 ? { problems } : { sweep: Object.fromEntries(sweep) };
}

function valueOf(text: string): Json {
  const number = plainNumberIn(text);
  if (number !== undefined) return number;
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}
