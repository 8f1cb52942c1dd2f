/** The id of a field's control, which a problem in the summary leads to. */
export function fieldId(path: string): string {
  return `setting-${path.replaceAll('.', '-')}`;
}
