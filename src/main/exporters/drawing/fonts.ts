/** Font families with fallbacks, and fonts as CSS writes them. */

/** Families that look alike and are found on Macs, Windows and Linux. */
const SANS = ['Helvetica', 'Arial', 'Liberation Sans', 'DejaVu Sans', 'sans-serif'];
const SERIF = ['Times New Roman', 'Times', 'Liberation Serif', 'DejaVu Serif', 'serif'];
const MONOSPACE = ['Courier New', 'Liberation Mono', 'DejaVu Sans Mono', 'monospace'];

const GENERIC: Readonly<Record<string, readonly string[]>> = {
  'sans-serif': SANS,
  serif: SERIF,
  monospace: MONOSPACE,
};

/** `Helvetica, Arial, 'Liberation Sans', …, sans-serif`: a generic family, or one with fallbacks. */
export function familyWithFallbacks(family: string): string {
  const generic = Object.hasOwn(GENERIC, family) ? GENERIC[family] : undefined;
  const names = generic ?? [family, ...SANS.filter((name) => name !== family)];
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
