/** An analysis as a user requests it. */
import { z } from 'zod';
import { SettingsError, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { Choice } from '../../../shared/domain/definition.ts';
import { valueFromText } from '../../../shared/domain/settings.ts';
import { analyses } from '../../engine/analyses/index.ts';

/** The ids of all analyses. */
export function analysisIds(): string[] {
  return analyses.entries.map(({ id }) => id);
}

/**
 * Parses a choice from `{ id, ...settings }` and fills in defaults.
 *
 * @throws WorkbenchError `not-found` for an unknown id; `invalid-settings` naming the setting, its
 *   value and what is wrong.
 */
export function parseAnalysis(given: Readonly<Record<string, unknown>>): Choice {
  const { id, ...settings } = given;
  const definition = analyses.entries.find((entry) => entry.id === id);
  if (!definition) {
    throw new WorkbenchError(
      'not-found',
      `there is no analysis ${JSON.stringify(id)}`,
      `There are ${analysisIds().join(', ')}.`,
    );
  }
  const parsed = z.strictObject(definition.hparams.shape).safeParse(settings);
  if (parsed.success) {
    const chosen = Object.entries(parsed.data).filter(([, value]) => value !== undefined);
    return { id: definition.id, ...Object.fromEntries(chosen) };
  }
  throw new SettingsError(
    parsed.error.issues.flatMap((issue) => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => ({
          path: key,
          message: `${definition.id}.${key}: there is no such setting`,
        }));
      }
      const { path, message } = issue;
      const value = settings[String(path[0])];
      const meant = value === undefined ? '' : ` is ${JSON.stringify(value)}`;
      const at = path.join('.');
      return { path: at, message: `${[definition.id, ...path].join('.')}${meant}: ${message}` };
    }),
    `Run "ticket analyse --help" for its settings.`,
  );
}

/**
 * Parses a choice from `levels=0,3` and `points=30`, as on a command line; the schema says what a
 * value is, and lists are JSON or have commas.
 *
 * @throws WorkbenchError as `parseAnalysis`, or for an assignment that is not `name=value`.
 */
export function analysisFromAssignments(id: string, assignments: readonly string[]): Choice {
  const settings = assignments.map((assignment): [string, unknown] => {
    const separator = assignment.indexOf('=');
    if (separator < 1) {
      throw new WorkbenchError(
        'invalid-settings',
        `--set "${assignment}" is not name=value`,
        'For example: --set levels=0,3',
      );
    }
    const name = assignment.slice(0, separator);
    return [name, valueOf(id, name, assignment.slice(separator + 1))];
  });
  return parseAnalysis({ id, ...Object.fromEntries(settings) });
}

function valueOf(id: string, name: string, text: string): unknown {
  const definition = analyses.entries.find((entry) => entry.id === id);
  const shape: Readonly<Record<string, z.core.$ZodType>> = definition?.hparams.shape ?? {};
  const schema = shape[name];
  if (!definition || !schema) return text;
  const value = valueFromText(definition.hparams, {}, [name], text);
  if (!takesList(schema) || Array.isArray(value)) return value;
  return text
    .split(',')
    .map((part) => valueFromText(definition.hparams, {}, [name, '0'], part.trim()));
}

function takesList(schema: z.core.$ZodType): boolean {
  const code = z.safeParse(schema, []).error?.issues[0]?.code;
  return code !== 'invalid_type' && code !== 'invalid_union';
}
