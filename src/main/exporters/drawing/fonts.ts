/** Font families with fallbacks, and fonts as CSS writes them. */

/** Families that look alike and are found on Macs, Windows and Linux. */
const SANS = ['Helvetica', 'Arial', 'Liberation Sans', 'DejaVu Sans', 'sans-serif'];
const SERIF = ['Times New Roman', 'Times', 'Liberation Serif', 'DejaVu Serif', 'serif'];
const MONOSPACE = ['Courier New', 'Liberation Mono', 'DejaVu Sans Mono', 'monospace'];

/** `Helvetica, Arial, 'Liberation Sans', …, sans-serif`: a family and those that look like it. */
export function familyWithFallbacks(family: string): string {
  const alike = [SANS, SERIF, MONOSPACE].find((families) => families.includes(family)) ?? SANS;
  // A generic family begins with the names that most machines have.
  const names =
    alike.at(-1) === family ? alike : [family, ...alike.filter((name) => name !== family)];
  return names.map((name) => (name.includes(' ') ? `'${name}'` : name)).join(', ');
}

export interface Font {
  readonly isBold: boolean;
  readonly isItalic: boolean;
  /** In CSS pixels. */
  readonly size: number;
}

/** @param font as Chart.js writes it: `bold 16px Helvetica, Arial`. */
export function parseFont(font: string): Font {
  const [head = ''] = font.split('px', 1);
  const words = head.split(' ');
  return {
    isBold: words.includes('bold'),
    isItalic: words.includes('italic'),
    size: Number(words.at(-1)),
  };
}
