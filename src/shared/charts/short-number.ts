/** Three significant digits, without zeros at the end: `51.3`, `3.5`. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
