/** `1 level`, `3 levels`, `2 searches`: a number with its noun. */
export function amount(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}
