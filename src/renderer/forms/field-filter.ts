/** Which fields of a form are shown, and where its problems can be seen. */
import type { Field } from './form-model.ts';

/** The fields that are wanted, with what is around them. */
export function filteredFields(
  fields: readonly Field[],
  isWanted: (field: Field) => boolean,
): Field[] {
  return fields.flatMap((field): Field[] => {
    if (field.kind !== 'group' && isWanted(field)) return [field];
    if (field.kind !== 'group' && field.kind !== 'choice') return [];
    const inner = filteredFields(field.fields, isWanted);
    return inner.length === 0 ? [] : [{ ...field, fields: inner }];
  });
}

/** Whether every word of the text is in the label, the path, the help or an option of the field. */
export function matchesText(field: Field, text: string): boolean {
  const options =
    field.kind === 'choice'
      ? field.options.map(({ label, id }) => `${label} ${id}`)
      : field.kind === 'enum' || field.kind === 'set'
        ? field.options
        : [];
  const about = [field.label, field.path, field.help ?? '', ...options].join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => about.includes(word));
}

/** The paths of all fields that have a control of their own. */
export function pathsOf(fields: readonly Field[]): string[] {
  return fields.flatMap((field): string[] => {
    switch (field.kind) {
      case 'group':
        return pathsOf(field.fields);
      case 'choice':
        return [field.path, ...pathsOf(field.fields)];
      case 'list':
        return [field.path, ...pathsOf(field.items)];
      case 'set':
      case 'record':
        return [field.path, ...pathsOf(field.entries)];
      default:
        return [field.path];
    }
  });
}

/** Settings that only images can have. */
const OF_IMAGES = /(?:^|\.)dataset(?:\.\d+)?\.(?:flip|cropPadding)$/;

/**
 * The fields without those of images, where an example is a row of a table. One that is set all the same
 * stays, so that it can be mended.
 *
 * @param shape of an example, if it is known: `[features]` or `[height, width, channels]`.
 */
export function fieldsForExamples(
  fields: readonly Field[],
  shape: readonly number[] | undefined,
): readonly Field[] {
  if (shape?.length !== 1) return fields;
  const inside = (inner: readonly Field[]): readonly Field[] =>
    fieldsForExamples(inner, shape).filter((field) => !OF_IMAGES.test(field.path) || isSet(field));
  return fields.map((field): Field => {
    switch (field.kind) {
      case 'group':
      case 'choice':
        return { ...field, fields: inside(field.fields) };
      // A transfer, whose dataset has examples of the same shape.
      case 'set':
        return { ...field, entries: inside(field.entries) };
      case 'list':
        return { ...field, items: inside(field.items) };
      default:
        return field;
    }
  });
}

function isSet(field: Field): boolean {
  return (
    'value' in field && field.value !== undefined && field.value !== false && field.value !== 0
  );
}

/**
 * The path of the field in which a problem can be mended: its own, or that of the nearest field around
 * it. Undefined if there is none.
 */
export function fieldAround(path: string, known: ReadonlySet<string>): string | undefined {
  const steps = path.split('.');
  for (let length = steps.length; length > 0; length -= 1) {
    const around = steps.slice(0, length).join('.');
    if (known.has(around)) return around;
  }
  return undefined;
}
