/** `Layers` → `Layer`, `Branches` → `Branch`, `Analyses` → `Analysis`: what one item of a list is. */
export function singularOf(label: string): string {
  if (label.endsWith('lyses')) return label.replace(/es$/, 'is');
  return label.replace(/(?<=ch|sh|x)es$|s$/, '');
}
