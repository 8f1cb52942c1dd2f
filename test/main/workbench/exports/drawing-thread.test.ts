import { describe, expect, it, onTestFinished } from 'vitest';
import { analyses } from '../../../../src/main/engine/analyses/index.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import type { ExportData } from '../../../../src/main/exporters/exporter.ts';
import { writerFor } from '../../../../src/main/exporters/index.ts';
import type { Report } from '../../../../src/main/exporters/report.ts';
import { searchOverlap } from '../../../../src/main/workbench/analyses/search-overlap.ts';
import {
  analysisChart,
  chartNames,
} from '../../../../src/main/workbench/exports/analysis-results.ts';
import { drawnAs } from '../../../../src/main/workbench/exports/chart-drawing.ts';
import { exportComparison } from '../../../../src/main/workbench/exports/comparison-export.ts';
import { ComparisonThread } from '../../../../src/main/workbench/exports/comparison-thread.ts';
import { Curves } from '../../../../src/main/workbench/curves/curves.ts';
import { Tickets } from '../../../../src/main/workbench/tickets/tickets.ts';
import {
  type DrawnFile,
  DrawingThread,
} from '../../../../src/main/workbench/exports/drawing-thread.ts';
import { exportSearch, type ExportThreads } from '../../../../src/main/workbench/exports/export.ts';
import { exportSweep } from '../../../../src/main/workbench/exports/sweep-export.ts';
import { SWEPT_CHARTS } from '../../../../src/main/workbench/exports/swept-charts.ts';
import type { DrawableChart } from '../../../../src/shared/charts/chart-description.ts';
import { DENSITY_CHARTS } from '../../../../src/shared/charts/density-chart.ts';
import { searchOverlapChart } from '../../../../src/shared/charts/overlap-chart.ts';
import { storeSweep, TWO_SETTINGS } from '../../../support/sample-sweeps.ts';
import { RESULTS } from '../../engine/analyses/sample-results.ts';
import { loadPlugInFolder } from '../../../../src/main/workbench/plug-ins/folder.ts';
import { folderOf } from '../plug-ins/examples.ts';
import { finishedSearch, openExportable } from '../conformance/conform-exporters.ts';

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

type Subject = DrawnFile['subject'];

/** Draws every file in the thread and here, and expects the same bytes. */
class ComparedDrawing extends DrawingThread {
  readonly kinds = new Set<DrawableChart['kind']>();

  override writerFor<Drawn extends Subject>(
    subject: Drawn,
    format: string,
  ): (data: ExportData[Drawn]) => Promise<Uint8Array> {
    const there = super.writerFor(subject, format);
    const here = writerFor(subject, format);
    return async (data) => {
      if ('chart' in data) this.kinds.add(data.chart.kind);
      const bytes = await there(data);
      expect(Buffer.from(bytes).equals(here(data))).toBe(true);
      return bytes;
    };
  }
}

const CHART_KINDS: Readonly<Record<DrawableChart['kind'], true>> = {
  lines: true,
  'heat-map': true,
  picture: true,
  parallel: true,
};

function openComparedDrawing(): ComparedDrawing {
  const drawing = new ComparedDrawing();
  onTestFinished(() => drawing.close());
  return drawing;
}

function openComparisons(store: Store): ComparisonThread {
  const comparisons = new ComparisonThread(store);
  onTestFinished(() => comparisons.close());
  return comparisons;
}

function threadsWith(drawing: DrawingThread, store: Store): ExportThreads {
  const curves = new Curves(store);
  const tickets = new Tickets(store);
  onTestFinished(async () => {
    await Promise.all([curves.close(), tickets.close()]);
  });
  return { drawing, curves, tickets };
}

describe('in a thread, as here', () => {
  const SVG = { what: 'chart', format: 'svg' } as const;
  const ofAnalyses = analyses.entries.flatMap(({ charts }) => charts.map(({ id }) => id));

  it('is drawn every chart of searches, sweeps and comparisons', async () => {
    const { store, search: searchId } = openExportable();
    const drawing = openComparedDrawing();
    const threads = threadsWith(drawing, store);
    for (const chart of chartNames().filter((name) => !ofAnalyses.includes(name))) {
      await exportSearch(store, threads, { ...SVG, searchId, chart });
    }
    for (const name of ofAnalyses) {
      const chart = analysisChart(searchId, name, [{ results: RESULTS }], { name: 'A search' });
      await drawing.writerFor('chart', 'svg')(drawnAs(chart, {}));
    }
    const sweep = store.sweeps.get(storeSweep(store, TWO_SETTINGS));
    for (const chart of [...DENSITY_CHARTS, ...SWEPT_CHARTS]) {
      await exportSweep(store, drawing, sweep, { ...SVG, chart });
    }
    const ids = [searchId, finishedSearch(store)];
    const comparing = { drawing, comparisons: openComparisons(store) };
    for (const chart of DENSITY_CHARTS) {
      await exportComparison(comparing, ids, { ...SVG, chart });
    }
    const overlap = searchOverlapChart(searchOverlap(store, ids));
    await drawing.writerFor('chart', 'svg')(drawnAs(overlap, {}));
    expect([...drawing.kinds].toSorted()).toEqual(Object.keys(CHART_KINDS).toSorted());
  });

  it('is written every report', async () => {
    const { store, search: searchId, sweep } = openExportable();
    const drawing = openComparedDrawing();
    const request = { what: 'report', format: 'html' } as const;
    await exportSearch(store, threadsWith(drawing, store), { ...request, searchId });
    await exportSweep(store, drawing, store.sweeps.get(sweep), request);
    const comparing = { drawing, comparisons: openComparisons(store) };
    await exportComparison(comparing, [searchId, finishedSearch(store)], request);
  });
});

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

  it('may have the format of a plug-in', async () => {
    const code = `
      import { z } from 'ticket-workbench/plug-in';
      export const plugIn = { exporters: [{
        id: 'titles', label: 'Titles', description: 'Only the title.', hparams: z.object({}),
        mediaType: 'text/plain', fileEnding: 'txt',
        write: { report: ({ title }) => new TextEncoder().encode(title) },
      }] };`;
    loadPlugInFolder(folderOf({ 'titles.js': code }));
    const bytes = await openThread().writerFor('report', 'titles')(REPORT);
    expect(new TextDecoder().decode(bytes)).toBe('A report');
  });

  it('is refused at once in a format that can’t hold it', () => {
    expect(() => openThread().writerFor('chart', 'csv')).toThrow('expected pdf or svg or png');
    expect(() => openThread().writerFor('sweep-report', 'png')).toThrow(
      'expected markdown or html',
    );
  });
});
