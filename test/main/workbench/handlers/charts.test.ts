import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ChartDescription } from '../../../../src/shared/charts/chart-description.ts';
import { type DensityChart, densityChart } from '../../../../src/shared/charts/density-chart.ts';
import { stepTimeChart } from '../../../../src/shared/charts/step-time-chart.ts';
import {
  ANSWER_LIMITS,
  decodeFrame,
  encodeFrame,
  REQUEST_LIMITS,
} from '../../../../src/shared/contract/wire.ts';
import { markedSearch, markersFor } from '../../../../src/shared/published/markers.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import { costsOf } from '../../../../src/renderer/state/level-costs.ts';
import { temporaryFile } from '../../store/samples.ts';
import { finished, openTestWorkbench, type TestWorkbench } from './support.ts';

/** An answer as a window gets it. */
function received<Value>(value: Value): Value {
  return (decodeFrame(encodeFrame({ value }), ANSWER_LIMITS) as { value: Value }).value;
}

/** The charts of a search as the window describes them, from what it has been answered. */
async function chartsOfWindow({ client }: TestWorkbench, id: string) {
  const { row, settings } = received(await client.call('search.get', { id }));
  const result = received(await client.call('search.result', { id }))!;
  const costs = costsOf(settings, received(await client.call('search.trainings', { id })));
  const published = received(await client.call('published.list'));
  const withMarkers = (chart: DensityChart) =>
    densityChart(result, chart, {
      markers: markersFor(chart, [markedSearch(result)], { published, own: [] }),
    });
  return {
    accuracy: withMarkers('accuracy'),
    'early-stop': withMarkers('early-stop'),
    'step-time': stepTimeChart({ name: row.name, settings }, costs),
  };
}

function exported({ client }: TestWorkbench, chart: ChartDescription, changes: object = {}) {
  const input = { chart, theme: 'light', format: 'svg', name: 'chart', ...changes } as const;
  return client.call(
    'chart.export',
    decodeFrame(encodeFrame(input), REQUEST_LIMITS) as typeof input,
  );
}

describe('a chart of the window', () => {
  it.each(['pdf', 'svg', 'png'])(
    'is byte for byte the %s file of the command line',
    async (format) => {
      const test = openTestWorkbench();
      const id = await finished(test);
      const { exports } = Workbench.over(test.store);
      for (const [name, chart] of Object.entries(await chartsOfWindow(test, id))) {
        const file = path.join(path.dirname(temporaryFile()), `${name}.${format}`);
        const request = { searchId: id, what: 'chart', chart: name, format } as const;
        await exports.toFile({ ...request, file, overwrite: false });
        const { bytes } = await exported(test, chart, { format });
        expect(bytes.length, name).toBeGreaterThan(5000);
        expect(Buffer.from(bytes).equals(readFileSync(file)), name).toBe(true);
        const again = await test.client.call('search.export', {
          id,
          what: 'chart',
          chart: name,
          format,
        });
        expect(Buffer.from(again.bytes).equals(bytes), name).toBe(true);
      }
    },
  );

  it('is drawn in the theme of the window, and named for it', async () => {
    const test = openTestWorkbench();
    const { accuracy } = await chartsOfWindow(test, await finished(test));
    const light = await exported(test, accuracy, { name: 'Überblick: 1/2 accuracy' });
    const dark = await exported(test, accuracy, { theme: 'dark', name: '../..' });
    expect(light).toMatchObject({
      name: 'Überblick-1-2-accuracy.svg',
      mediaType: 'image/svg+xml',
    });
    expect(dark.name).toBe('chart.svg');
    const backgroundOf = ({ bytes }: { bytes: Uint8Array }) =>
      /<rect width="100%" height="100%" fill="([^"]+)"/.exec(Buffer.from(bytes).toString())?.[1];
    expect([light, dark].map(backgroundOf)).toEqual(['#ffffff', '#0d1117']);
  });

  it('is refused in a format that holds no charts, and if it is none', async () => {
    const test = openTestWorkbench();
    const { accuracy } = await chartsOfWindow(test, await finished(test));
    await expect(exported(test, accuracy, { format: 'csv' })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('expected pdf or svg or png') as string,
    });
    await expect(exported(test, { ...accuracy, options: {} } as never)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('chart') as string,
    });
    expect(test.faults).toEqual([]);
  });
});
