/** `Layers` → `Layer`, `Branches` → `Branch`, `Analyses` → `Analysis`: the name of one item of a list. */
export function singularOf(label: string): string {
  if (label.endsWith('lyses')) return label.replace(/es$/, 'is');
  return label.replace(/(?<=ch|sh|x)es$|s$/, '');
}
