/** Zod's issues as sentences that name the path, the value and what is allowed. */
import type { z } from 'zod';
import type { SettingsProblem } from '../../contract/errors.ts';
import { isPlainObject } from '../../contract/json.ts';

/** @param input the settings as given. */
export function problemsOf(issue: z.core.$ZodIssue, input: unknown): SettingsProblem[] {
  const inner = issuesOfAlternative(issue, input);
  if (inner) return inner.flatMap((each) => problemsOf(each, input));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key].join('.');
      return { path, message: `${path}: there is no such setting` };
    });
  }
  const value = issue.code === 'custom' ? issue.input : undefined;
  const given = valueAt(input, issue.path) ?? value;
  const isPlain = typeof given === 'number' || typeof given === 'boolean';
  const isText = issue.code === 'invalid_type' && issue.expected === 'string';
  const quotes = isPlain && isText ? `, "${given}" in quotes` : '';
  return [problemAt(issue.path, value, `${expectation(issue)}${quotes}`, input)];
}

/**
 * `training.batchSize is 0; expected at least 1`
 *
 * @param value the setting's value if `input` omits it.
 */
export function problemAt(
  at: readonly PropertyKey[],
  value: unknown,
  expected: string,
  input: unknown,
): SettingsProblem {
  const path = at.join('.');
  const meant = valueAt(input, at) ?? value;
  const received = meant === undefined ? 'is missing' : `is ${JSON.stringify(meant)}`;
  return { path, message: `${path || 'settings'} ${received}; expected ${expected}` };
}

/** The settings that choose an entry which a plug-in may define. */
const PLUG_IN_ENTRY =
  /^((dataset|architecture|initializer|training\.optimizer|pruning\.strategy|analyses\.\d+|branches\.\d+(\.dataset|\.optimizer)?)\.id|pruning\.schedule|branches\.\d+)$/;

/** Whether the problem is an entry that is not there: it may come from a plug-in. */
export function isUnknownEntry({ path, message }: SettingsProblem): boolean {
  return (
    PLUG_IN_ENTRY.test(path) && message.includes(' is "') && message.includes('; expected one of ')
  );
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return isPlainObject(at) ? at[String(key)] : undefined;
  }, input);
}

/**
 * Where either an id or an object is allowed, the issues of the alternative that was meant.
 * Undefined for issues of settings without such alternatives.
 */
function issuesOfAlternative(
  issue: z.core.$ZodIssue,
  input: unknown,
): z.core.$ZodIssue[] | undefined {
  // A duration's own message already says what it takes.
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return undefined;
  if (issue.errors.length !== 2) return undefined;
  const [ofId = [], ofObject = []] = issue.errors;
  const meant = typeof valueAt(input, issue.path) === 'object' ? ofObject : ofId;
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** What a setting takes: `at least 1`. */
export function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      if (!('options' in issue)) return issue.message;
      return `one of ${(issue.options ?? []).map(String).join(', ')}`;
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? `a value of type ${issue.expected}`;
    default:
      return issue.message;
  }
}
