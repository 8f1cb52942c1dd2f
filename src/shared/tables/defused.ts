/**
 * A text that a spreadsheet would run as a formula, behind an apostrophe. Numbers stay numbers.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
export function defused<Cell extends string | number>(cell: Cell): Cell | string {
  return typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
}
