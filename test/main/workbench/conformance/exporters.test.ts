/** Every export format writes what it says, through the calls that a window has. */
import { describe, expect, it } from 'vitest';
import { exporters } from '../../../../src/main/exporters/index.ts';
import { chartNames } from '../../../../src/main/workbench/exports/analysis-results.ts';
import { EXPORT_SUBJECTS, SWEEP_EXPORT_SUBJECTS } from '../../../../src/shared/contract/records.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  sampleSearch,
  sampleTraining,
} from '../../store/samples.ts';
import { openTestWorkbench } from '../handlers/support.ts';

const test = openTestWorkbench();
const { client, store } = test;
const sample = sampleSearch();
const sweep = store.createSweep('sweep', [], [{ ...sample, values: [] }]).id;
const id = store.sweeps.members(sweep)[0]!.searchId;
store.startSearch(id, ENVIRONMENT, FINGERPRINT);
for (const key of plannedTrainings(sample.settings)) store.saveTraining(id, sampleTraining(key));
store.setStatus(id, 'finished');
const { id: analysis } = store.analyses.request(id, { id: 'mask-overlap' }, 4);
const RESULT = { kind: 'mask-overlap', between: 'levels', tensors: [], scope: 'layer', pairs: [] };
const [unit, milliseconds] = ['levels of replicate 1', 1];
store.analyses.saveUnit(id, analysis, { unit, result: RESULT, milliseconds });

const { exportFormats } = await client.call('catalog');

it('the catalog has every format', () => {
  expect(exportFormats.map((format) => format.id)).toEqual(exporters.entries.map((one) => one.id));
});

describe.each(exportFormats)('the export format $id', (format) => {
  it('says what it is to other programs', () => {
    expect(format.mediaType).toMatch(/^[a-z]+\/[a-z0-9.+-]+$/);
    expect(format.fileEnding).toMatch(/^[a-z0-9]+$/);
    expect([...format.subjects, ...format.sweepSubjects]).not.toEqual([]);
  });

  it.each(EXPORT_SUBJECTS)('writes %s of a search, or says that it does not', async (what) => {
    const exported = client.call('search.export', { id, what, format: format.id });
    if (!format.subjects.includes(what)) {
      await expect(exported).rejects.toMatchObject({ code: 'invalid-argument' });
      return;
    }
    const file = await exported;
    expect(file.mediaType).toBe(format.mediaType);
    expect(file.name).toMatch(new RegExp(`[.]${format.fileEnding}$`));
    expect(file.bytes.length).toBeGreaterThan(0);
    expect(await client.call('search.export', { id, what, format: format.id })).toEqual(file);
  });

  it.each(SWEEP_EXPORT_SUBJECTS)('writes the %s of a sweep, or says that it does not', async (what) => {
    const exported = client.call('sweep.export', { id: sweep, what, format: format.id });
    if (!format.sweepSubjects.includes(what)) {
      await expect(exported).rejects.toMatchObject({ code: 'invalid-argument' });
      return;
    }
    const file = await exported;
    expect(file.mediaType).toBe(format.mediaType);
    expect(file.name).toMatch(new RegExp(`[.]${format.fileEnding}$`));
    expect(file.bytes.length).toBeGreaterThan(0);
  });
});

it('every chart has a name of its own', () => {
  expect(new Set(chartNames()).size).toBe(chartNames().length);
});

it('a chart that does not exist is refused, naming those that do', async () => {
  await expect(
    client.call('search.export', { id, what: 'chart', format: 'svg', chart: 'accurracy' }),
  ).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringContaining('expected accuracy, early-stop, step-time, ') as string,
  });
  expect(test.faults).toEqual([]);
});
