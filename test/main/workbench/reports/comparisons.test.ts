/** Searches beside each other as tables and reports, through the calls that a window has. */
import { describe, expect, it } from 'vitest';
import { comparisonChart } from '../../../../src/shared/charts/density-chart.ts';
import { LIGHT_THEME } from '../../../../src/shared/charts/palette.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import { signed } from '../../../../src/shared/domain/signed.ts';
import { overlapRows } from '../../../../src/shared/tables/overlap-rows.ts';
import { finishedSearch, openExportable } from '../conformance/conform-exporters.ts';
import { ENVIRONMENT, FINGERPRINT, sampleSearch, sampleTraining } from '../../store/samples.ts';

const textOf = ({ bytes }: { readonly bytes: Uint8Array }): string =>
  new TextDecoder('utf8', { fatal: true }).decode(bytes);

const NAME = 'Größe & 50 %';

describe('a comparison', () => {
  it('has a row for every search at every density, with differences from the reference', async () => {
    const test = openExportable();
    const ids = [test.search, finishedSearch(test.store, NAME)];
    const file = await test.client.call('comparison.export', { ids, what: 'table', format: 'csv' });
    const [heading = '', ...rows] = textOf(file).trimEnd().split('\r\n');
    const difference = heading
      .split(',')
      .indexOf('test_accuracy_difference_fraction_from_reference_mean');
    const cells = rows.map((row) => row.split(','));
    expect(cells.length).toBeGreaterThan(2);
    expect(cells[0]?.[difference]).toBe('');
    const mean = heading.split(',').indexOf('test_accuracy_fraction_mean');
    expect(mean).toBeGreaterThan(0);
    for (const row of cells.filter((each) => each[1] === NAME)) {
      const first = cells.find((each) => each[0] === row[0] && each[1] !== NAME);
      expect(row[difference]).not.toBe('');
      expect(Number(row[difference])).toBeCloseTo(Number(row[mean]) - Number(first?.[mean]), 6);
    }
    expect(cells[1]?.[1]).toBe('Größe & 50 %');
    expect(cells[1]?.[heading.split(',').indexOf('reference')]).toBe('A sample');
  });

  it('takes differences from another search, without changing the order', async () => {
    const { client, store, search } = openExportable();
    const ids = [search, finishedSearch(store, NAME)];
    const asked = { ids, reference: ids[1], format: 'csv' } as const;
    const file = await client.call('comparison.export', { ...asked, what: 'table' });
    const [heading = '', ...rows] = textOf(file).trimEnd().split('\r\n');
    const at = (name: string) => heading.split(',').indexOf(name);
    const cells = rows.map((row) => row.split(','));
    expect(cells.slice(0, 2).map((row) => row[1])).toEqual(['A sample', NAME]);
    const difference = at('test_accuracy_difference_fraction_from_reference_mean');
    expect(cells.slice(0, 2).map((row) => row[difference] === '')).toEqual([false, true]);
    expect(cells[0]?.[at('reference')]).toBe(NAME);

    const report = { ...asked, what: 'report', format: 'markdown' } as const;
    const text = textOf(await client.call('comparison.export', report));
    expect(text.includes('The settings of Größe &amp; 50 %:')).toBe(true);
  });

  it('says in every format what its chart says, also where a replicate is missing', async () => {
    const test = openExportable();
    const { client, store } = test;
    const sample = sampleSearch({
      training: { ...sampleSearch().settings.training, iterations: 300 },
    });
    const { id } = store.searches.create({ ...sample, name: NAME });
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    const trained = plannedTrainings(sample.settings).filter(
      ({ replicate, level }) => replicate === 0 || level < 2,
    );
    for (const key of trained) {
      const training = sampleTraining(key);
      const evaluations = training.evaluations.map((each) => ({
        ...each,
        testAccuracy: each.testAccuracy! / (2 + key.replicate),
      }));
      store.trainings.save(id, { ...training, evaluations });
    }
    const ids = [test.search, id];
    const series = await Promise.all(ids.map((each) => client.call('search.series', { id: each })));
    const chart = comparisonChart(series, 'ticket', 'accuracy');
    const [, line] = chart.kind === 'lines' ? chart.lines : [];
    const told = line?.kind === 'banded' ? line.points.map(({ difference }) => difference) : [];
    expect(told).toHaveLength(3);
    // One pair has no spread.
    expect(told.map((each) => each?.lower !== undefined)).toEqual([true, true, false]);

    const request = { ids, what: 'table' } as const;
    const csv = textOf(await client.call('comparison.export', { ...request, format: 'csv' }));
    const [heading = [], ...rows] = csv.split('\r\n').map((row) => row.split(','));
    const own = rows.filter((row) => row[1] === NAME);
    for (const end of ['mean', 'lower', 'upper'] as const) {
      const at = heading.indexOf(`test_accuracy_difference_fraction_from_reference_${end}`);
      expect(own.map((row) => (row[at] === '' ? undefined : Number(row[at]) * 100))).toEqual(
        told.map((each) => each?.[end] && (expect.closeTo(each[end], 9) as number)),
      );
    }
    const text = (value: number) => signed(value, 2);
    const [first] = told;
    const written = `${text(first!.mean)} [${text(first!.lower!)}, ${text(first!.upper!)}]`;
    const latex = textOf(await client.call('comparison.export', { ...request, format: 'latex' }));
    expect(latex).toContain(written.replaceAll('−', '$-$'));
    const markdown = { ids, what: 'report', format: 'markdown' } as const;
    const report = textOf(await client.call('comparison.export', markdown));
    expect(report).toContain(written.replaceAll('[', '\\[').replaceAll(']', '\\]'));
  });

  it('refuses a reference that is none of them', async () => {
    const { client, store, search } = openExportable();
    const ids = [search, finishedSearch(store)];
    const reference = finishedSearch(store, 'A third');
    const exported = client.call('comparison.export', {
      ids,
      reference,
      what: 'table',
      format: 'csv',
    });
    await expect(exported).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining(reference) as string,
    });
  });

  it('of a branch that no search has names those there are', async () => {
    const test = openExportable();
    const ids = [test.search, finishedSearch(test.store)];
    for (const what of ['table', 'chart', 'report'] as const) {
      const format = what === 'table' ? 'csv' : what === 'chart' ? 'svg' : 'html';
      const request = { ids, what, format, branch: 'random-reinitt' };
      await expect(test.client.call('comparison.export', request)).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringContaining('random-reinitt') as string,
        hint: expect.stringContaining('ticket, random-reinit') as string,
      });
    }
  });

  it('of searches that have trained nothing is no empty file', async () => {
    const test = openExportable();
    const ids = [1, 2].map((seed) => {
      const sample = sampleSearch({ replicates: { count: 2, seed } });
      return test.store.searches.create(sample).id;
    });
    for (const [what, format] of [
      ['table', 'csv'],
      ['chart', 'svg'],
    ] as const) {
      await expect(
        test.client.call('comparison.export', { ids, what, format }),
      ).rejects.toMatchObject({ code: 'not-found' });
    }
    const report = test.client.call('comparison.export', {
      ids,
      what: 'report',
      format: 'markdown',
    });
    expect(textOf(await report)).not.toContain('## Results');
  });

  it('of another branch asks and judges that branch, under names that differ', async () => {
    const test = openExportable();
    const ids = [finishedSearch(test.store, NAME), finishedSearch(test.store, NAME)];
    const request = { ids, what: 'report', format: 'markdown', branch: 'random-reinit' } as const;
    const text = textOf(await test.client.call('comparison.export', request));
    expect(text).toContain('How do the networks of the branch random-reinit of');
    expect(text).toMatch(/The reference, .* #1, asks: Does lenet/);
    expect(text).toMatch(/#2: Level \d, random-reinit, density/);
    const subject = { kind: 'comparison', ids } as const;
    const methods = await test.client.call('report.methods', { subject });
    expect(methods).toContain(`${NAME} #1: We`);
    expect(methods).toContain(`${NAME} #2: We`);
  });

  it('needs two different searches', async () => {
    const { client, search } = openExportable();
    const exported = client.call('comparison.export', {
      ids: [search, search],
      what: 'table',
      format: 'csv',
    });
    await expect(exported).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('expected 2 to 8 different ones') as string,
    });
  });
});

describe('a report of a comparison', () => {
  const report = { what: 'report', format: 'html' } as const;
  const overlapOf = (html: string): string =>
    html.split('Mask overlap</h2>')[1]?.split('<h2')[0] ?? '';

  it('compares the masks as the page does, and names what is left out with its reason', async () => {
    const { client, store, search } = openExportable();
    const second = finishedSearch(store, NAME);
    const { id: untrained } = store.searches.create({ ...sampleSearch(), name: 'Untrained' });
    const ids = [search, second, untrained];
    const text = overlapOf(textOf(await client.call('comparison.export', { ids, ...report })));
    expect(text).toContain('Mask overlap between 2 searches');
    expect(text).toContain('Untrained is left out: no pruned level has finished.');
    const overlap = await client.call('search.overlap', { ids, pairs: 'reference' });
    expect(overlap.pairs).toHaveLength(2);
    for (const row of overlapRows(overlap)) {
      expect(text).toContain(`${(row.overlap.mean * 100).toFixed(2)}</td>`);
    }
    expect(text.match(/A sample and Größe &amp; 50 %<\/td>/g)).toHaveLength(2);
    const markdown = { ids, what: 'report', format: 'markdown' } as const;
    expect(textOf(await client.call('comparison.export', markdown))).toContain(
      '- Untrained is left out: no pruned level has finished.',
    );
  });

  it('compares all pairs of masks where the page does', async () => {
    const { client, store, search } = openExportable();
    const ids = [search, finishedSearch(store, 'Second'), finishedSearch(store, 'Third')];
    const write = async (pairs: 'all' | 'reference') =>
      overlapOf(textOf(await client.call('comparison.export', { ids, pairs, ...report })));
    expect(await write('all')).toContain('Second and Third</td>');
    expect(await write('reference')).not.toContain('Second and Third</td>');
  });

  it('draws each search in the colour that is given, else by order', async () => {
    const { client, store, search } = openExportable();
    const ids = [search, finishedSearch(store, NAME)];
    const draw = async (more: object) => {
      const text = textOf(await client.call('comparison.export', { ids, ...report, ...more }));
      return LIGHT_THEME.series.filter((colour) => text.includes(`stroke="${colour}"`));
    };
    const [first, second, third, , , sixth] = LIGHT_THEME.series;
    expect(await draw({})).toEqual([first, second]);
    expect(await draw({ colours: [5, 2] })).toEqual([third, sixth]);
    await expect(draw({ colours: [5] })).rejects.toMatchObject({
      code: 'invalid-argument',
      message: '1 colour given for 2 searches; expected one for each',
    });
  });
});
