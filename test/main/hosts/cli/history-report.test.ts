import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Store } from '../../../../src/main/store/store.ts';
import { databaseFile } from '../../../../src/main/workbench/data-directory.ts';
import { saveTickets } from '../../../support/effect-tickets.ts';
import { runCommand } from '../../../support/run-command.ts';
import { inspect, startedSearch } from '../../store/support.ts';
import {
  key,
  sampleEffect,
  sampleSearch,
  sampleSettings,
  sampleSummary,
  sampleTraining,
} from '../../store/samples.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ticket-runs-'));
const ids: string[] = [];

beforeAll(() => {
  const store = Store.open(databaseFile(folder));
  for (const [name, learningRate, mean] of [
    ['slow', 0.001, 0.0034],
    ['=fast', 0.1, -0.01],
  ] as const) {
    const training = { ...sampleSettings().training, optimizer: { id: 'adam', learningRate } };
    const { id } = store.searches.create({ ...sampleSearch({ training }), name });
    const verdict = { kind: 'winning', level: 1, density: 0.5, reason: '' } as const;
    const trainings = saveTickets(store, id, mean);
    store.history.saveSummary(
      id,
      sampleSummary({ trainings, verdict, effect: sampleEffect(mean) }),
    );
    ids.push(id);
  }
  store.close();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const runs = (...args: string[]) => runCommand('runs', '--data-dir', folder, ...args);

it('lists the searches that match, with the size of their effect', async () => {
  const { stdout } = await runs('--filter', 'lr<0.01');
  expect(stdout).toContain('slow');
  expect(stdout).toContain('+0.34 points [+0.14, +0.54] at 50 %');
  expect(stdout).not.toContain('fast');
  expect((await runs('--filter', 'lr>1')).stderr).toContain('No search matches');
});

it('prints CSV of the chosen columns, in order', async () => {
  const { stdout } = await runs('--csv', '--columns', 'name,lr,effect', '--sort', '-lr');
  const [head, ...rows] = stdout.split('\n');
  expect(head).toBe(
    'search,name,training.optimizer.learningRate,effect_test_accuracy_fraction,effect_test_accuracy_fraction_lower,effect_test_accuracy_fraction_upper,effect_density_fraction_kept',
  );
  expect(rows.map((row) => row.split(',').slice(1, 4))).toEqual([
    ['=fast', '0.1', '-0.01'],
    ['slow', '0.001', '0.0034'],
  ]);
  const defused = await runs('--csv-spreadsheet', '--columns', 'name', '--sort', 'name');
  expect(defused.stdout).toContain(",'=fast");
});

it('shows the difference from a baseline', async () => {
  const { stdout } = await runs('--baseline', ids[0]!, '--columns', 'name,baseline-accuracy');
  expect(stdout).toMatch(/=fast +−1.34 points \[−.*, \+.*\]/);
});

it('computes the effects of searches of an earlier version where they are asked for', async () => {
  const old = Store.open(databaseFile(folder));
  const { id } = old.searches.create({ ...sampleSearch(), name: 'old' });
  old.history.saveSummary(id, sampleSummary({ trainings: 1 }));
  old.close();
  inspect(databaseFile(folder), (database) =>
    database.prepare('DELETE FROM search_effects WHERE search_id = ?').run(id),
  );
  expect((await runs('--filter', 'old', '--columns', 'name')).stderr).toBe('');
  const asked = await runs('--filter', 'old');
  expect(asked.stderr).toContain('the effect sizes of 1 search of an earlier version');
  expect((await runs('--filter', 'old')).stderr).toBe('');
});

it('says why a damaged search of an earlier version has no effect', async () => {
  const old = Store.open(databaseFile(folder));
  const id = startedSearch(old, { ...sampleSearch(), name: 'broken' });
  old.trainings.save(id, sampleTraining(key()));
  old.history.saveSummary(id, sampleSummary({ trainings: 1 }));
  old.close();
  inspect(databaseFile(folder), (database) => {
    database.prepare('DELETE FROM search_effects WHERE search_id = ?').run(id);
    database
      .prepare(
        `UPDATE metrics SET validation_loss = validation_loss + 1
         WHERE training_id IN (SELECT id FROM trainings WHERE search_id = ?)`,
      )
      .run(id);
  });
  const { code, stderr } = await runs('--filter', 'broken');
  expect(code).toBe(0);
  expect(stderr).toContain(`The search ${id} has no effect size: `);
  expect(stderr).toContain('is damaged');
});

it('prints the searches that match as JSON', async () => {
  const { stdout } = await runs('--json', '--filter', 'slow');
  expect(JSON.parse(stdout)).toMatchObject([{ name: 'slow' }]);
});

it.each([
  [['--filter', 'lrr>1'], 'lrr>1: No search has a setting “lrr”', 'Did you mean lr>1?'],
  [['--filter', 'lr>'], 'needs a value', 'Names are lr, strategy'],
  [['--columns', 'verdct'], 'no column "verdct"', 'Did you mean "verdict"?'],
  [['--sort', 'tags'], 'the column "tags" has no order', ''],
])('stops where it does not understand: %j', async (args, message, hint) => {
  const { code, stderr } = await runs(...args);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
  expect(stderr).toContain(hint);
});
