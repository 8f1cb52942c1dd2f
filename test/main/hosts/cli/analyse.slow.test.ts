import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { AnalysisResult } from '../../../../src/shared/domain/analysis.ts';
import { analyses } from '../../../../src/main/engine/analyses/index.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { eventsOf, startTicket, ticket, writeSmallDataset } from '../../../support/command-line.ts';
import { runCommand } from '../../../support/run-command.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-analyse-'));
const folder = writeSmallDataset(path.join(scratch, 'data'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const SMALL = [
  `dataset={"id":"idx","folder":${JSON.stringify(folder)},"validation":100}`,
  'architecture={"id":"mlp","widths":[24,12]}',
  'training.engine=sparse',
  'training.iterations=120',
  'training.evaluateEvery=60',
  'pruning.levels=2',
  'branches=[]',
  'replicates.count=2',
].flatMap((assignment) => ['--set', assignment]);

const CHOICES = analyses.entries.map(({ id }) =>
  id === 'instability' ? { id, points: 6, rewinds: [0, 30] } : { id },
);

/** Every result of the only search, by analysis and unit, and its status. */
function everythingFound(dataDir: string) {
  const store = Store.open(path.join(dataDir, 'workbench.sqlite'));
  try {
    const [search] = store.searches.list();
    const found = store.analyses
      .list(search!.id)
      .flatMap(({ id, choice }) =>
        store.analyses
          .units(id)
          .map(({ unit, result }): [string, AnalysisResult] => [`${choice.id}: ${unit}`, result]),
      );
    const byName = found.toSorted(([one], [other]) => (one < other ? -1 : 1));
    return { id: search!.id, status: search!.status, results: Object.fromEntries(byName) };
  } finally {
    store.close();
  }
}

describe('analyses of a search', () => {
  const planned = path.join(scratch, 'planned');
  const added = path.join(scratch, 'added');

  it('come with it when its settings ask for them, after the trainings and before its end', async () => {
    const ended = await ticket(
      ...['search', ...SMALL, '--set', `analyses=${JSON.stringify(CHOICES)}`],
      ...['--data-dir', planned, '--workers', '2', '--json'],
    );
    const types = eventsOf(ended.stdout).map(({ type }) => type);
    expect(types.at(-1)).toBe('result');
    expect(types.lastIndexOf('training-finished')).toBeLessThan(
      types.indexOf('analysis-unit-finished'),
    );
    const { status, results } = everythingFound(planned);
    expect(status).toBe('finished');
    expect(new Set(Object.values(results).map(({ kind }) => kind)).size).toBe(CHOICES.length);
  });

  it('are the same bits when added later, by one worker, interrupted and gone on with', async () => {
    await ticket('search', ...SMALL, '--data-dir', added, '--workers', '2', '--quiet');
    const { id } = everythingFound(added);
    const ask = (choice: (typeof CHOICES)[number]): string[] => [
      ...['analyse', id, '--what', choice.id, '--data-dir', added, '--workers', '1', '--json'],
      ...('points' in choice ? ['--set', 'points=6', '--set', 'rewinds=0,30'] : []),
    ];

    const interrupted = startTicket(ask(CHOICES[0]!));
    await interrupted.seen(({ type }) => type === 'analysis-unit-finished');
    interrupted.child.kill('SIGINT');
    const { code, stderr } = await interrupted.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('every finished part is saved');
    const partly = everythingFound(added);
    expect(partly.status).toBe('finished');
    expect(Object.keys(partly.results).length).toBeGreaterThan(0);

    for (const choice of CHOICES) {
      const ended = await runCommand(...ask(choice));
      const lines = ended.stdout.trim().split('\n');
      const last = JSON.parse(lines.at(-1)!) as { type: string; results: unknown[] };
      expect(last.type).toBe('analysis');
      expect(last.results.length).toBeGreaterThan(0);
    }
    const later = everythingFound(added);
    expect(Object.keys(later.results).length).toBeGreaterThan(Object.keys(partly.results).length);
    expect(later.results).toEqual(everythingFound(planned).results);
    expect(later.status).toBe('finished');
  });

  it('are exported as tables and documents, and drawn', async () => {
    const write = async (what: string, format: string, ...more: string[]): Promise<string> => {
      const file = path.join(scratch, `${what}-${more.at(-1) ?? ''}.${format}`);
      const { id } = everythingFound(added);
      const { code, stderr } = await runCommand(
        ...['export', id, '--what', what, '--format', format, '--out', file],
        ...['--data-dir', added, ...more],
      );
      expect(code, stderr).toBe(0);
      return readFileSync(file, 'utf8');
    };
    const table = await write('analyses', 'csv');
    const document = JSON.parse(await write('analyses', 'json')) as {
      analyses: { analysis: { id: string }; results: unknown[] }[];
    };
    for (const { id } of CHOICES) expect(table).toContain(`,${id},`);
    expect(document.analyses.map(({ analysis }) => analysis.id).toSorted()).toEqual(
      CHOICES.map(({ id }) => id).toSorted(),
    );
    for (const { id: chart } of analyses.entries.flatMap(({ charts }) => charts)) {
      expect(await write('chart', 'svg', '--chart', chart)).toContain('<svg');
    }
    const { id } = everythingFound(added);
    const file = path.join(scratch, 'overlap.svg');
    const overlap = await runCommand('overlap', id, id, '--data-dir', added, '--out', file);
    expect(overlap.code, overlap.stderr).toBe(0);
    expect(overlap.stdout).toContain('100.00 %');
    expect(readFileSync(file, 'utf8')).toContain('<svg');
  });
});
