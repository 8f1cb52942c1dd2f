/** Every export format writes what it says, through the calls that a window has. */
import { describe, expect, it } from 'vitest';
import {
  COMPARISON_EXPORT_SUBJECTS,
  EXPORT_SUBJECTS,
  type ExportFormat,
  SWEEP_EXPORT_SUBJECTS,
} from '../../../../src/shared/contract/records/catalog.ts';
import type { DownloadableFile } from '../../../../src/shared/contract/records/host.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { ENVIRONMENT, FINGERPRINT, sampleSearch, sampleTraining } from '../../store/samples.ts';
import { openTestWorkbench, type TestWorkbench } from '../handlers/support.ts';

const NOTHING_SHARED = {
  kind: 'mask-overlap',
  between: 'levels',
  tensors: [],
  scope: 'layer',
  pairs: [],
};

export interface Exportable extends TestWorkbench {
  /** A finished search with an analysis, and the sweep it belongs to. */
  readonly search: string;
  readonly sweep: string;
}

export function openExportable(): Exportable {
  const test = openTestWorkbench();
  const { store } = test;
  const sample = sampleSearch();
  const sweep = store.sweeps.create('sweep', [], [{ ...sample, values: [] }]).id;
  const search = store.sweeps.members(sweep)[0]!.searchId;
  finish(store, search);
  const { id } = store.analyses.request(search, { id: 'mask-overlap' }, 4);
  const unit = { unit: 'levels of replicate 1', result: NOTHING_SHARED, milliseconds: 1 };
  store.analyses.saveUnit(search, id, unit);
  return { ...test, search, sweep };
}

/** The id of a finished search with other seeds. */
export function finishedSearch(store: Store, name = 'Another sample'): string {
  const sample = sampleSearch({ replicates: { count: 2, seed: 8 } });
  const { id } = store.searches.create({ ...sample, name });
  finish(store, id);
  return id;
}

function finish(store: Store, id: string): void {
  store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  for (const key of plannedTrainings(sampleSearch().settings)) {
    store.trainings.save(id, sampleTraining(key));
  }
  store.searches.setStatus(id, 'finished');
}

function expectFile(file: DownloadableFile, { mediaType, fileEnding }: ExportFormat): void {
  expect(file.mediaType).toBe(mediaType);
  expect(file.name.endsWith(`.${fileEnding}`)).toBe(true);
  expect(file.bytes.length).toBeGreaterThan(0);
}

/** @param exportFormats those of the catalog that are to be tried. */
export function conformExporters(exportFormats: readonly ExportFormat[]): void {
  describe.each(exportFormats)('the export format $id', (format) => {
    it('says what it is to other programs', () => {
      expect(format.mediaType).toMatch(/^[a-z]+\/[a-z0-9.+-]+$/);
      expect(format.fileEnding).toMatch(/^[a-z0-9]+$/);
      expect([
        ...format.subjects,
        ...format.sweepSubjects,
        ...format.comparisonSubjects,
      ]).not.toEqual([]);
    });

    it('writes every subject of a search that it says', async () => {
      const { client, search: id, faults } = openExportable();
      for (const what of EXPORT_SUBJECTS) {
        const written = client.call('search.export', { id, what, format: format.id });
        if (format.subjects.includes(what)) expectFile(await written, format);
        else await expect(written).rejects.toMatchObject({ code: 'invalid-argument' });
      }
      expect(faults).toEqual([]);
    });

    it('writes every subject of a comparison that it says', async () => {
      const { client, search, store, faults } = openExportable();
      const ids = [search, finishedSearch(store)];
      for (const what of COMPARISON_EXPORT_SUBJECTS) {
        const written = client.call('comparison.export', { ids, what, format: format.id });
        if (format.comparisonSubjects.includes(what)) expectFile(await written, format);
        else await expect(written).rejects.toMatchObject({ code: 'invalid-argument' });
      }
      expect(faults).toEqual([]);
    });

    it('writes every subject of a sweep that it says', async () => {
      const { client, sweep: id, faults } = openExportable();
      for (const what of SWEEP_EXPORT_SUBJECTS) {
        const written = client.call('sweep.export', { id, what, format: format.id });
        if (format.sweepSubjects.includes(what)) expectFile(await written, format);
        else await expect(written).rejects.toMatchObject({ code: 'invalid-argument' });
      }
      expect(faults).toEqual([]);
    });
  });
}
