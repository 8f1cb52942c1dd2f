/** Draws a drawing on a real canvas or page. */
import type { Drawing, PathStep, Shape } from './shapes.ts';

/** The part of a 2D context that is needed. */
export interface Pen {
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  lineCap: string;
  lineJoin: string;
  lineDashOffset: number;
  globalAlpha: number;
  font: string;
  textAlign: string;
  textBaseline: string;
  save(): void;
  restore(): void;
  scale(x: number, y: number): void;
  transform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  beginPath(): void;
  closePath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void;
  clip(): void;
  fill(): void;
  stroke(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number, mostWidth?: number): void;
  setLineDash(dash: number[]): void;
}

const ALIGNMENTS = { start: 'left', middle: 'center', end: 'right' } as const;

/** @param scale units of the pen to a CSS pixel (1/96 inch). */
export function replay(
  { width, height, background, shapes }: Drawing,
  pen: Pen,
  scale: number,
): void {
  pen.save();
  pen.scale(scale, scale);
  pen.fillStyle = background;
  pen.fillRect(0, 0, width, height);
  for (const shape of shapes) {
    pen.save();
    for (const clip of shape.clips) {
      trace(clip, pen);
      pen.clip();
    }
    pen.globalAlpha = shape.opacity;
    put(shape, pen);
    pen.restore();
  }
  pen.restore();
}

function put(shape: Shape, pen: Pen): void {
  switch (shape.kind) {
    case 'fill':
      pen.fillStyle = shape.colour;
      trace(shape.path, pen);
      pen.fill();
      return;
    case 'stroke':
      if (shape.width === 0) return;
      pen.strokeStyle = shape.colour;
      pen.lineWidth = shape.width;
      pen.lineCap = shape.cap;
      pen.lineJoin = shape.join;
      pen.setLineDash([...shape.dash]);
      pen.lineDashOffset = shape.dashOffset;
      trace(shape.path, pen);
      pen.stroke();
      return;
    case 'text':
      pen.fillStyle = shape.colour;
      pen.font = shape.font;
      pen.textAlign = ALIGNMENTS[shape.align];
      pen.textBaseline = 'alphabetic';
      pen.transform(...shape.place);
      if (shape.squeezedTo === undefined) pen.fillText(shape.text, 0, 0);
      else pen.fillText(shape.text, 0, 0, shape.squeezedTo);
  }
}

function trace(path: readonly PathStep[], pen: Pen): void {
  pen.beginPath();
  for (const step of path) {
    switch (step[0]) {
      case 'M':
        pen.moveTo(step[1], step[2]);
        break;
      case 'L':
        pen.lineTo(step[1], step[2]);
        break;
      case 'C':
        pen.bezierCurveTo(step[1], step[2], step[3], step[4], step[5], step[6]);
        break;
      case 'Z':
        pen.closePath();
    }
  }
}
