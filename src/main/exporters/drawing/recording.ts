/**
 * A canvas that remembers what is drawn on it, so that a chart can be written as SVG with its text as
 * text, as PDF, or as pixels. It has the part of the 2D context that Chart.js uses. Text is measured
 * with a real font.
 */
import { createCanvas } from '@napi-rs/canvas';
import type { Matrix, PathStep, Shape, TextAlign } from './shapes.ts';
import { arcSteps, IDENTITY, moved, rotated, transformed } from './shapes.ts';

interface PenState {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  lineCap: string;
  lineJoin: string;
  lineDash: readonly number[];
  lineDashOffset: number;
  globalAlpha: number;
  font: string;
  textAlign: string;
  textBaseline: string;
  matrix: Matrix;
  clips: readonly (readonly PathStep[])[];
}

const START: PenState = {
  fillStyle: '#000000',
  strokeStyle: '#000000',
  lineWidth: 1,
  lineCap: 'butt',
  lineJoin: 'miter',
  lineDash: [],
  lineDashOffset: 0,
  globalAlpha: 1,
  font: '10px sans-serif',
  textAlign: 'start',
  textBaseline: 'alphabetic',
  matrix: IDENTITY,
  clips: [],
};

const ALIGNMENTS: Readonly<Record<string, TextAlign>> = {
  center: 'middle',
  right: 'end',
  end: 'end',
};

/** What Chart.js takes for a canvas. */
interface RecordedCanvas {
  width: number;
  height: number;
  getContext(): Recording;
}

export class Recording {
  readonly canvas: RecordedCanvas;
  readonly shapes: Shape[] = [];
  lineCap = START.lineCap;
  lineJoin = START.lineJoin;
  globalAlpha = START.globalAlpha;
  font = START.font;
  textAlign = START.textAlign;
  textBaseline = START.textBaseline;
  #fillStyle = START.fillStyle;
  #strokeStyle = START.strokeStyle;
  #lineWidth = START.lineWidth;
  #lineDashOffset = START.lineDashOffset;
  #lineDash = START.lineDash;
  #matrix = START.matrix;
  #clips = START.clips;
  #path: PathStep[] = [];
  #saved: PenState[] = [];
  readonly #ruler = createCanvas(1, 1).getContext('2d');

  /** @param width and height in CSS pixels (1/96 inch). */
  constructor(width: number, height: number) {
    this.canvas = { width, height, getContext: () => this };
  }

  get fillStyle(): string {
    return this.#fillStyle;
  }

  /** As on a canvas, what is no colour or no number changes nothing. Chart.js counts on it. */
  set fillStyle(colour: unknown) {
    if (typeof colour === 'string') this.#fillStyle = colour;
  }

  get strokeStyle(): string {
    return this.#strokeStyle;
  }

  set strokeStyle(colour: unknown) {
    if (typeof colour === 'string') this.#strokeStyle = colour;
  }

  get lineWidth(): number {
    return this.#lineWidth;
  }

  set lineWidth(width: unknown) {
    if (typeof width === 'number' && width >= 0) this.#lineWidth = width;
  }

  get lineDashOffset(): number {
    return this.#lineDashOffset;
  }

  set lineDashOffset(offset: unknown) {
    if (typeof offset === 'number') this.#lineDashOffset = offset;
  }

  save(): void {
    const { fillStyle, strokeStyle, lineWidth, lineCap, lineJoin, lineDashOffset } = this;
    const { globalAlpha, font, textAlign, textBaseline } = this;
    this.#saved.push({
      fillStyle,
      strokeStyle,
      lineWidth,
      lineCap,
      lineJoin,
      lineDash: this.#lineDash,
      lineDashOffset,
      globalAlpha,
      font,
      textAlign,
      textBaseline,
      matrix: this.#matrix,
      clips: this.#clips,
    });
  }

  restore(): void {
    const state = this.#saved.pop();
    if (!state) return;
    const { lineDash, matrix, clips, ...styles } = state;
    Object.assign(this, styles);
    this.#lineDash = lineDash;
    this.#matrix = matrix;
    this.#clips = clips;
  }

  /** Chart.js scales a canvas to the pixels of its screen with these two. Shapes have no pixels. */
  setTransform(): void {
    this.#matrix = IDENTITY;
  }

  resetTransform(): void {
    this.#matrix = IDENTITY;
  }

  translate(x: number, y: number): void {
    this.#matrix = moved(this.#matrix, x, y);
  }

  rotate(angle: number): void {
    this.#matrix = rotated(this.#matrix, angle);
  }

  beginPath(): void {
    this.#path = [];
  }

  closePath(): void {
    if (this.#path.length > 0) this.#path.push(['Z']);
  }

  moveTo(x: number, y: number): void {
    this.#path.push(['M', ...transformed(this.#matrix, x, y)]);
  }

  lineTo(x: number, y: number): void {
    this.#path.push([this.#path.length === 0 ? 'M' : 'L', ...transformed(this.#matrix, x, y)]);
  }

  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void {
    if (this.#path.length === 0) this.moveTo(x1, y1);
    this.#path.push([
      'C',
      ...transformed(this.#matrix, x1, y1),
      ...transformed(this.#matrix, x2, y2),
      ...transformed(this.#matrix, x, y),
    ]);
  }

  arc(x: number, y: number, radius: number, from: number, to: number, isBackwards = false): void {
    this.ellipse(x, y, radius, radius, 0, from, to, isBackwards);
  }

  ellipse(
    x: number,
    y: number,
    radiusX: number,
    radiusY: number,
    rotation: number,
    from: number,
    to: number,
    isBackwards = false,
  ): void {
    const place = rotated(moved(this.#matrix, x, y), rotation);
    const steps = arcSteps(place, radiusX, radiusY, from, to, isBackwards);
    const [first, ...rest] = steps;
    if (first?.[0] !== 'M') return;
    // As on a canvas, a line leads from where the path is to where the arc begins.
    if (this.#path.length === 0) this.#path.push(first);
    else this.#path.push(['L', first[1], first[2]]);
    for (const step of rest) this.#path.push(step);
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.moveTo(x, y);
    this.lineTo(x + width, y);
    this.lineTo(x + width, y + height);
    this.lineTo(x, y + height);
    this.closePath();
  }

  clip(): void {
    this.#clips = [...this.#clips, this.#path];
    this.#path = [];
  }

  fill(): void {
    this.#fill(this.#path);
  }

  stroke(): void {
    if (this.#path.length === 0) return;
    this.shapes.push({
      kind: 'stroke',
      path: [...this.#path],
      colour: this.strokeStyle,
      opacity: this.globalAlpha,
      width: this.lineWidth,
      cap: this.lineCap,
      join: this.lineJoin,
      dash: this.#lineDash,
      dashOffset: this.lineDashOffset,
      clips: this.#clips,
    });
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const path = this.#path;
    this.#path = [];
    this.rect(x, y, width, height);
    this.#fill(this.#path);
    this.#path = path;
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    const path = this.#path;
    this.#path = [];
    this.rect(x, y, width, height);
    this.stroke();
    this.#path = path;
  }

  /** Nothing was drawn before. */
  clearRect(): void {
    /* a recording begins empty */
  }

  setLineDash(dash: readonly number[]): void {
    this.#lineDash = [...dash];
  }

  getLineDash(): number[] {
    return [...this.#lineDash];
  }

  measureText(text: string) {
    this.#ruler.font = this.font;
    return this.#ruler.measureText(text);
  }

  fillText(text: string, x: number, y: number, mostWidth?: number): void {
    if (text === '') return;
    const { width, fontBoundingBoxAscent, fontBoundingBoxDescent } = this.measureText(text);
    const below: Readonly<Record<string, number>> = {
      top: fontBoundingBoxAscent,
      hanging: fontBoundingBoxAscent,
      middle: (fontBoundingBoxAscent - fontBoundingBoxDescent) / 2,
      bottom: -fontBoundingBoxDescent,
    };
    const place = moved(this.#matrix, x, y + (below[this.textBaseline] ?? 0));
    this.shapes.push({
      kind: 'text',
      text,
      font: this.font,
      colour: this.fillStyle,
      opacity: this.globalAlpha,
      align: ALIGNMENTS[this.textAlign] ?? 'start',
      place,
      ...(mostWidth !== undefined && width > mostWidth && { squeezedTo: mostWidth }),
      clips: this.#clips,
    });
  }

  #fill(path: readonly PathStep[]): void {
    if (path.length === 0) return;
    this.shapes.push({
      kind: 'fill',
      path: [...path],
      colour: this.fillStyle,
      opacity: this.globalAlpha,
      clips: this.#clips,
    });
  }
}
