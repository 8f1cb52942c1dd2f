/** Titles of axes. Chart.js cuts off one that is longer than an upright axis, and squeezes one along x. */
import type { Scale } from 'chart.js';
import { penOf } from './pen.ts';
import { wrapped } from './wrapped.ts';

interface Font {
  readonly size?: number;
  readonly family?: string;
}

interface TitledAxis {
  readonly title: { text: string | string[]; readonly font?: Font };
}

/** In lines, where it does not fit into one. Called while the axis is laid out. */
export function fitTitle(axis: Scale, title: string): void {
  const { title: shown } = axis.options as unknown as TitledAxis;
  const { font: usual } = axis.chart.options;
  const size = shown.font?.size ?? usual?.size ?? USUAL_SIZE;
  const family = shown.font?.family ?? usual?.family ?? 'sans-serif';
  const pen = penOf(axis.chart);
  pen.save();
  pen.font = `${size}px ${family}`;
  const length = axis.isHorizontal() ? axis.maxWidth : axis.maxHeight;
  const lines = wrapped(title, length, (part) => pen.measureText(part).width);
  pen.restore();
  shown.text = lines.length === 1 ? title : lines;
}

const USUAL_SIZE = 12;
