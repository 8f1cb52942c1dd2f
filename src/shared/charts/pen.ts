/** What draws a chart, for plug-ins of charts: the canvas of the window, or the recording of a file. */
import type { Chart } from 'chart.js';

/** The part of a canvas that plug-ins need: shared code knows no DOM. */
export interface Pen {
  fillStyle: string;
  strokeStyle: string;
  textAlign: string;
  textBaseline: string;
  lineWidth: number;
  font: string;
  save(): void;
  restore(): void;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  rect(x: number, y: number, width: number, height: number): void;
  clip(): void;
  stroke(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  strokeRect(x: number, y: number, width: number, height: number): void;
  measureText(text: string): { readonly width: number };
  fillText(text: string, x: number, y: number): void;
}

/** The one place where a canvas gets a type that needs no DOM. */
export function penOf({ ctx }: Pick<Chart, 'ctx'>): Pen {
  const canvas: unknown = ctx;
  return canvas as Pen;
}

interface TickOptions {
  readonly ticks?: { readonly font?: { readonly size?: number; readonly family?: string } };
}

/** The font of an axis: its size in pixels, and as CSS. */
export function fontOf(axis: { readonly options: unknown }): {
  readonly size: number;
  readonly css: string;
} {
  const { size = 12, family = 'sans-serif' } = (axis.options as TickOptions).ticks?.font ?? {};
  return { size, css: `${size}px ${family}` };
}
