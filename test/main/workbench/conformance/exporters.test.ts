import { describe, expect, it } from 'vitest';
import { exporters } from '../../../../src/main/exporters/index.ts';
import { chartNames } from '../../../../src/main/workbench/exports/analysis-results.ts';
import { catalog } from '../../../../src/main/workbench/settings/catalog.ts';
import { conformExporters, openExportable } from './conform-exporters.ts';

const { exportFormats } = catalog();

it('the catalog has every format', () => {
  expect(exportFormats.map(({ id }) => id)).toEqual(exporters.entries.map(({ id }) => id));
});

conformExporters(exportFormats);

describe('charts', () => {
  it('have names of their own', () => {
    expect(new Set(chartNames()).size).toBe(chartNames().length);
  });

  it('that do not exist are refused, naming those that do', async () => {
    const { client, search: id } = openExportable();
    const drawn = client.call('search.export', {
      id,
      what: 'chart',
      format: 'svg',
      chart: 'accurracy',
    });
    await expect(drawn).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('expected accuracy, early-stop, step-time, ') as string,
    });
  });
});
