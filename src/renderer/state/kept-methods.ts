/** Methods paragraphs of reports, as they were edited. */
import type { CallInput } from '../../shared/contract/calls.ts';

type Subject = CallInput<'report.methods'>['subject'];

/** The texts by subject; the one that was edited last comes last. */
export type KeptMethods = Readonly<Record<string, string>>;

/** A preference holds a little more, as JSON. */
const MOST_CHARACTERS = 90_000;

/** A text of this length has room, also where JSON writes each character as two: quotes and new lines. */
export const LONGEST_METHODS = 40_000;

export function subjectKey(subject: Subject): string {
  return 'ids' in subject ? subject.ids.join(' ') : subject.id;
}

/**
 * With the text of a subject, or without one. Where there is no room for all, the texts that were edited
 * first are dropped, but never the new one.
 */
export function withMethods(
  kept: KeptMethods,
  subject: Subject,
  text: string | undefined,
): KeptMethods {
  const { [subjectKey(subject)]: _old, ...others } = kept;
  const texts = Object.entries(others);
  if (text !== undefined) texts.push([subjectKey(subject), text]);
  while (texts.length > 1 && JSON.stringify(texts).length > MOST_CHARACTERS) texts.shift();
  return Object.fromEntries(texts);
}
