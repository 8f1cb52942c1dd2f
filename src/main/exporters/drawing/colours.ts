/** Colours of charts in the parts that every SVG reader knows: a colour without, and an opacity. */

export interface Colour {
  /** `#rrggbb` or a name. */
  readonly opaque: string;
  /** 0..1 */
  readonly opacity: number;
}

/** @param colour as CSS writes it: `#0072b2`, `#0072b22e`, `rgb(68, 1, 84)`, `rgba(0, 0, 0, 0.1)`. */
export function parseColour(colour: string): Colour {
  if (colour === 'transparent') return { opaque: '#000000', opacity: 0 };
  const hex = /^#([0-9a-f]{3,8})$/i.exec(colour)?.[1];
  if (hex !== undefined) return ofHex(hex);
  const listed = /^rgba?\(([^)]*)\)$/i.exec(colour)?.[1];
  if (listed === undefined) return { opaque: colour, opacity: 1 };
  const [red = 0, green = 0, blue = 0, alpha = 1] = listed.split(/[\s,/]+/).map(Number);
  const channels = [red, green, blue].map((value) =>
    Math.round(value).toString(16).padStart(2, '0'),
  );
  return { opaque: `#${channels.join('')}`, opacity: alpha };
}

function ofHex(hex: string): Colour {
  const digits = hex.length <= 4 ? Array.from(hex, (digit) => digit + digit).join('') : hex;
  const alpha = digits.slice(6, 8);
  return {
    opaque: `#${digits.slice(0, 6).toLowerCase()}`,
    opacity: alpha === '' ? 1 : parseInt(alpha, 16) / 255,
  };
}
