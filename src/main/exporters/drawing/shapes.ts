/** What is drawn on a page: paths and texts, with everything that decides how they look. */

/** `[a, b, c, d, e, f]`: x′ = a x + c y + e, y′ = b x + d y + f. */
export type Matrix = readonly [number, number, number, number, number, number];

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** A step of a path in page coordinates: move, line, cubic Bézier curve, or close. */
export type PathStep =
  | readonly ['M' | 'L', number, number]
  | readonly ['C', number, number, number, number, number, number]
  | readonly ['Z'];

export type TextAlign = 'start' | 'middle' | 'end';

interface Drawn {
  /** As CSS writes it. */
  readonly colour: string;
  /** 0..1, in addition to that of the colour. */
  readonly opacity: number;
  /** Only what lies within all of them is seen. */
  readonly clips: readonly (readonly PathStep[])[];
}

interface Filled extends Drawn {
  readonly kind: 'fill';
  readonly path: readonly PathStep[];
}

interface Stroked extends Drawn {
  readonly kind: 'stroke';
  readonly path: readonly PathStep[];
  readonly width: number;
  readonly cap: string;
  readonly join: string;
  readonly dash: readonly number[];
  readonly dashOffset: number;
}

export interface DrawnText extends Drawn {
  readonly kind: 'text';
  readonly text: string;
  /** As CSS writes it: `bold 12px sans-serif`. */
  readonly font: string;
  readonly align: TextAlign;
  /** Where the text's baseline begins, is centred or ends, and its rotation. */
  readonly place: Matrix;
  /** The width that the text is squeezed to. */
  readonly squeezedTo?: number;
}

export type Shape = Filled | Stroked | DrawnText;

/** A page with everything on it, in CSS pixels (1/96 inch). */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly background: string;
  readonly shapes: readonly Shape[];
}

export function moved([a, b, c, d, e, f]: Matrix, x: number, y: number): Matrix {
  return [a, b, c, d, a * x + c * y + e, b * x + d * y + f];
}

export function rotated([a, b, c, d, e, f]: Matrix, angle: number): Matrix {
  if (angle === 0) return [a, b, c, d, e, f];
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  return [
    a * cosine + c * sine,
    b * cosine + d * sine,
    c * cosine - a * sine,
    d * cosine - b * sine,
    e,
    f,
  ];
}

export function transformed([a, b, c, d, e, f]: Matrix, x: number, y: number): [number, number] {
  return [a * x + c * y + e, b * x + d * y + f];
}

/**
 * An arc around the origin of `place` as a move and Bézier curves, each of at most a quarter turn. The
 * control points are 4/3 · tan(θ/4) radii away from the ends, which is within 0.03 % of a circle.
 */
export function arcSteps(
  place: Matrix,
  radiusX: number,
  radiusY: number,
  from: number,
  to: number,
  isBackwards: boolean,
): PathStep[] {
  const turn = 2 * Math.PI;
  const wanted = isBackwards ? from - to : to - from;
  const sweep = wanted >= turn ? turn : ((wanted % turn) + turn) % turn;
  const pieces = Math.max(1, Math.ceil(sweep / (Math.PI / 2) - 1e-9));
  const step = (isBackwards ? -sweep : sweep) / pieces;
  const reach = (4 / 3) * Math.tan(step / 4);
  const at = (x: number, y: number): [number, number] =>
    transformed(place, radiusX * x, radiusY * y);
  const steps: PathStep[] = [['M', ...at(Math.cos(from), Math.sin(from))]];
  for (let piece = 0; piece < pieces; piece += 1) {
    const start = from + piece * step;
    const end = start + step;
    steps.push([
      'C',
      ...at(Math.cos(start) - reach * Math.sin(start), Math.sin(start) + reach * Math.cos(start)),
      ...at(Math.cos(end) + reach * Math.sin(end), Math.sin(end) - reach * Math.cos(end)),
      ...at(Math.cos(end), Math.sin(end)),
    ]);
  }
  return steps;
}
