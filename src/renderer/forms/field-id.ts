/** The id of a field's control. Problems in the summary link to it. */
export function fieldId(path: string): string {
  return `setting-${path.replaceAll('.', '-')}`;
}
