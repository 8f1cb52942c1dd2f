/** Parallel coordinates in a file: an axis for each quantity, and a line through them for each of many things. */
import type { LegendItem, Plugin } from 'chart.js';
import { withColourLegend } from './colour-legend.ts';
import { type LineChart, lineChart, type LineDataset } from './line-chart.ts';
import { type ChartTheme, faded, orderedColour } from './palette.ts';
import { fontOf, penOf } from './pen.ts';

/** Places on an axis are shares of its length, 0..1 from its lower end. */
interface DrawnAxis {
  readonly title: string;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  /** The part that lines have to cross. Default: all of it. */
  readonly brush?: { readonly from: number; readonly to: number };
}

interface DrawnLine {
  /** By axis; NaN where it has no value. The last one chooses the colour. */
  readonly places: readonly number[];
  /** It does not cross every brush. Default: it does. */
  readonly isAway?: boolean;
}

export interface ParallelParts {
  readonly axes: readonly DrawnAxis[];
  readonly lines: readonly DrawnLine[];
}

/** Room for the values at the left of the first axis, and beside the last one, in axes. */
const [BEFORE, AFTER] = [0.55, 0.25];
/** A brush reaches a little beyond the lines at its ends. */
const MARGIN = 0.015;

export function parallelChart(
  {
    title,
    subtitle,
    axes,
    lines,
  }: ParallelParts & { readonly title: string; readonly subtitle: string },
  theme: ChartTheme,
): LineChart {
  // The first of them is drawn last, over the others.
  const inOrder = lines.toSorted(
    (one, other) => Number(one.isAway === true) - Number(other.isAway === true),
  );
  const chart = lineChart(
    {
      title,
      subtitle,
      datasets: inOrder.map((line) => datasetOf(line, theme)),
      xTitle: '',
      yTitle: '',
      x: {
        position: 'top',
        min: -BEFORE,
        max: Math.max(1, axes.length - 1) + AFTER,
        grid: { display: false },
        border: { display: false },
        title: { display: false },
        ticks: {
          autoSkip: false,
          maxRotation: 0,
          callback: (value) => wordsIn(axes[Number(value)]?.title ?? ''),
        },
        afterBuildTicks: (scale) => {
          scale.ticks = axes.map((_, value) => ({ value }));
        },
      },
      y: { display: false, min: -2 * MARGIN, max: 1 + 2 * MARGIN },
    },
    theme,
  );
  const labels = legendOf(axes.at(-1), theme);
  return { ...withColourLegend(chart, labels, theme), plugins: [axesOver(axes, theme)] };
}

function datasetOf({ places, isAway }: DrawnLine, theme: ChartTheme): LineDataset {
  const last = places.at(-1) ?? Number.NaN;
  const isKnown = !Number.isNaN(last);
  const colour = isKnown ? orderedColour(theme, last) : theme.reference;
  return {
    data: places.map((y, x) => ({ x, y })),
    borderColor: isAway === true ? theme.grid : colour,
    borderWidth: isAway === true ? 0.75 : 1.5,
    borderDash: isKnown ? [] : [3, 4],
    pointRadius: 0,
  };
}

/** The colours of the last axis at its ticks. */
function legendOf(axis: DrawnAxis | undefined, theme: ChartTheme): LegendItem[] {
  return (axis?.ticks ?? []).map(({ at, text }, index) => ({
    text: index === 0 ? `${axis?.title ?? ''}: ${text}` : text,
    fillStyle: orderedColour(theme, at),
    fontColor: theme.text,
    lineWidth: 0,
  }));
}

/** Letters in a line of a title. */
const LINE_LENGTH = 14;

/** A title in lines, broken at spaces. */
function wordsIn(title: string): string[] {
  return title.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= LINE_LENGTH) return [...lines, word];
    return [...lines.slice(0, -1), `${last} ${word}`];
  }, []);
}

/** The axes with their values, and what is brushed, over the lines. */
function axesOver(axes: readonly DrawnAxis[], theme: ChartTheme): Plugin<'line'> {
  return {
    id: 'parallel-axes',
    afterDatasetsDraw(chart) {
      const { x, y } = chart.scales;
      if (!x || !y) return;
      const pen = penOf(chart);
      const { size, css } = fontOf(x);
      pen.save();
      pen.font = css;
      pen.textAlign = 'right';
      pen.textBaseline = 'middle';
      pen.lineWidth = size / 10;
      for (const [index, { ticks, brush }] of axes.entries()) {
        const across = x.getPixelForValue(index);
        if (brush) {
          const top = y.getPixelForValue(brush.to + MARGIN);
          const height = y.getPixelForValue(brush.from - MARGIN) - top;
          pen.fillStyle = faded(theme.reference, 0.35);
          pen.fillRect(across - size / 2, top, size, height);
        }
        pen.strokeStyle = theme.reference;
        pen.beginPath();
        pen.moveTo(across, y.getPixelForValue(0));
        pen.lineTo(across, y.getPixelForValue(1));
        pen.stroke();
        for (const { at, text } of ticks) {
          const down = y.getPixelForValue(at);
          const right = across - size * 0.7;
          const width = pen.measureText(text).width;
          // Lines behind it would make it hard to read.
          pen.fillStyle = faded(theme.background, 0.8);
          pen.fillRect(
            right - width - size * 0.2,
            down - size * 0.6,
            width + size * 0.4,
            size * 1.2,
          );
          pen.fillStyle = theme.text;
          pen.fillText(text, right, down);
        }
      }
      pen.restore();
    },
  };
}
