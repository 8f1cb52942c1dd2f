import { describe, expect, it, onTestFinished } from 'vitest';
import { writerFor } from '../../../../src/main/exporters/index.ts';
import type { Report } from '../../../../src/main/exporters/report.ts';
import { drawnAs } from '../../../../src/main/workbench/exports/chart-drawing.ts';
import { DrawingThread } from '../../../../src/main/workbench/exports/drawing-thread.ts';
import type { DrawableChart } from '../../../../src/shared/charts/chart-description.ts';

/** Lines with a gap, in the letters of several languages. */
const LINES: DrawableChart = {
  kind: 'lines',
  title: 'Test accuracy of <LeNet> & Überblick',
  subtitle: 'N = 3 replicates',
  xTitle: 'Density: prunable weights kept (%)',
  yTitle: 'Test accuracy (%)',
  x: { isReversed: true, min: 20, max: 100, logarithmicTicks: [100, 50, 20] },
  lines: [
    {
      kind: 'banded',
      label: 'ticket',
      points: [100, 50, 20].map((x) => ({ x, mean: 97, min: 96, max: 98 })),
      colour: 0,
    },
    {
      kind: 'curve',
      label: 'with a gap',
      points: [97, Number.NaN, 95].map((y, index) => ({ x: 100 - 40 * index, y })),
      colour: 1,
    },
  ],
};

const PICTURE: DrawableChart = {
  kind: 'picture',
  title: 'Mask',
  subtitle: '4 weights',
  xTitle: 'Unit',
  yTitle: 'Input',
  width: 2,
  height: 2,
  extent: { left: 0, right: 2, top: 0, bottom: 2 },
  layers: [{ label: 'kept', colour: 'text', values: Uint8Array.of(255, 0, 100, 255), most: 1 }],
};

const REPORT: Report = {
  title: 'A report',
  subtitle: 'of two charts',
  sections: [
    {
      title: 'Results',
      parts: [
        { kind: 'chart', chart: LINES },
        { kind: 'paragraph', text: 'Two weights of four are left.' },
        { kind: 'chart', chart: PICTURE },
      ],
    },
  ],
};

function openThread(): DrawingThread {
  const drawing = new DrawingThread();
  onTestFinished(() => drawing.close());
  return drawing;
}

describe('an export that is drawn in a thread', () => {
  it.each(['pdf', 'svg', 'png'])('has the bytes of one that is drawn here (%s)', async (format) => {
    const drawing = openThread();
    for (const chart of [LINES, PICTURE]) {
      for (const theme of ['light', 'dark'] as const) {
        const drawn = drawnAs(chart, { theme });
        const bytes = await drawing.writerFor('chart', format)(drawn);
        expect(Buffer.from(bytes).equals(writerFor('chart', format)(drawn))).toBe(true);
      }
    }
  });

  it.each(['html', 'markdown'])('is the same as a report, too (%s)', async (format) => {
    const bytes = await openThread().writerFor('report', format)(REPORT);
    expect(Buffer.from(bytes).equals(writerFor('report', format)(REPORT))).toBe(true);
  });

  it('is refused at once in a format that can’t hold it', () => {
    expect(() => openThread().writerFor('chart', 'csv')).toThrow('expected pdf or svg or png');
    expect(() => openThread().writerFor('sweep-report', 'png')).toThrow(
      'expected markdown or html',
    );
  });
});
