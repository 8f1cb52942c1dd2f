/** A drawing as SVG: sizes in millimetres, text as text. */
import { parseColour } from './colours.ts';
import { parseFont } from './fonts.ts';
import type { DrawnText, Drawing, PathStep, Shape } from './shapes.ts';

export interface SvgOptions {
  /** In millimetres. */
  readonly width: number;
  readonly height: number;
  /** With fallbacks, as CSS writes it. */
  readonly fontFamily: string;
  /** Read out instead of the picture. */
  readonly title: string;
  /** Begins the ids within the file, which must differ from those of other drawings of a page. */
  readonly idPrefix?: string | undefined;
}

export function svgOf(drawing: Drawing, options: SvgOptions): string {
  const { width, height, fontFamily, title, idPrefix = '' } = options;
  const clips = new Map<string, string>();
  const clipAttribute = (path: readonly PathStep[]): string => {
    const data = pathData(path);
    const id = clips.get(data) ?? `${idPrefix}clip${clips.size + 1}`;
    clips.set(data, id);
    return ` clip-path="url(#${id})"`;
  };
  const shapes = drawing.shapes.flatMap((shape) => {
    const [first, ...others] = shape.clips.map(clipAttribute);
    // The clip of a rotated text would be rotated with it.
    const isOnElement = first !== undefined && shape.kind !== 'text';
    const element = elementOf(shape, isOnElement ? first : '');
    if (element === '') return [];
    const around = first === undefined || isOnElement ? others : [first, ...others];
    return [around.reduce((inner, clip) => `<g${clip}>${inner}</g>`, element)];
  });
  const definitions = [...clips].map(
    ([data, id]) => `<clipPath id="${id}"><path d="${data}"/></clipPath>`,
  );
  const sides = `${number(drawing.width)} ${number(drawing.height)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${number(width)}mm" height="${number(height)}mm" viewBox="0 0 ${sides}" font-family="${xml(fontFamily)}" role="img" aria-label="${xml(title)}">`,
    `<title>${xml(title)}</title>`,
    ...(definitions.length === 0 ? [] : [`<defs>${definitions.join('')}</defs>`]),
    `<rect width="100%" height="100%" fill="${xml(drawing.background)}"/>`,
    ...shapes,
    '</svg>',
    '',
  ].join('\n');
}

/** The element of a shape; empty if it can't be seen. */
function elementOf(shape: Shape, clip: string): string {
  const { opaque, opacity } = parseColour(shape.colour);
  const seen = opacity * shape.opacity;
  if (seen === 0) return '';
  const colour = (paint: 'fill' | 'stroke'): string =>
    ` ${paint}="${xml(opaque)}"${seen === 1 ? '' : ` ${paint}-opacity="${number(seen)}"`}`;
  if (shape.kind === 'text') return textElement(shape, colour('fill'));
  const path = `<path d="${pathData(shape.path)}"${clip}`;
  if (shape.kind === 'fill') return `${path}${colour('fill')}/>`;
  if (shape.width === 0) return '';
  const attributes = [
    ' fill="none"',
    colour('stroke'),
    ` stroke-width="${number(shape.width)}"`,
    shape.cap === 'butt' ? '' : ` stroke-linecap="${shape.cap}"`,
    shape.join === 'miter' ? '' : ` stroke-linejoin="${shape.join}"`,
    shape.dash.length === 0 ? '' : ` stroke-dasharray="${shape.dash.map(number).join(' ')}"`,
    shape.dashOffset === 0 ? '' : ` stroke-dashoffset="${number(shape.dashOffset)}"`,
  ];
  return `${path}${attributes.join('')}/>`;
}

function textElement({ text, font, align, place, squeezedTo }: DrawnText, fill: string): string {
  const { size, isBold, isItalic } = parseFont(font);
  const [a, b, , , x, y] = place;
  const angle = (Math.atan2(b, a) * 180) / Math.PI;
  const attributes = [
    ` x="${number(x)}" y="${number(y)}" font-size="${number(size)}"`,
    isBold ? ' font-weight="bold"' : '',
    isItalic ? ' font-style="italic"' : '',
    align === 'start' ? '' : ` text-anchor="${align}"`,
    angle === 0 ? '' : ` transform="rotate(${number(angle)} ${number(x)} ${number(y)})"`,
    squeezedTo === undefined
      ? ''
      : ` textLength="${number(squeezedTo)}" lengthAdjust="spacingAndGlyphs"`,
    fill,
  ];
  return `<text${attributes.join('')}>${xml(text)}</text>`;
}

function pathData(path: readonly PathStep[]): string {
  return path
    .map(([letter, ...numbers]: readonly (string | number)[]) => {
      return `${letter}${numbers.map((value) => number(Number(value))).join(' ')}`;
    })
    .join('');
}

/** A hundredth of a pixel is finer than any printer. */
function number(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** Text as XML has it. Most control characters have no place in XML at all. */
export function xml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
