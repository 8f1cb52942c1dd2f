import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../../../support/run-command.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { bundleOf, emptyStore, saveSearch } from '../../workbench/bundles/samples.ts';

/** A bundle that can be merged, and the id of its search. */
async function sound(seed: number) {
  const store = emptyStore();
  const id = saveSearch(store, { replicates: { count: 1, seed } });
  return { id, file: await bundleOf(store, [id]) };
}

function damaged(): string {
  const file = path.join(temporaryFolder(), 'damaged.ticket');
  writeFileSync(file, 'no bundle');
  return file;
}

it('a bundle that is refused does not stop the others, and the command says which it was', async () => {
  const [one, other, wrong] = [await sound(7), await sound(8), damaged()];
  const folder = temporaryFolder();
  const merge = (...files: string[]) => runCommand('merge', ...files, '--data-dir', folder);
  const { code, stdout, stderr } = await merge(one.file, wrong, other.file);
  expect(code).toBe(1);
  expect(stdout).toContain(`${one.id}  A sample: new, 5 trainings added`);
  expect(stdout).toContain(`${other.id}  A sample: new, 5 trainings added`);
  expect(stderr).toContain(`Refused ${wrong}: ${wrong} is no sound bundle`);
  expect(stderr).toContain(`error: 1 of 3 bundles was refused: ${wrong}`);
  expect(stderr).toContain('The others were merged.');
});

it('the reason for a refusal is a line of JSON, too', async () => {
  const [one, wrong] = [await sound(7), damaged()];
  const folder = temporaryFolder();
  const { code, stdout } = await runCommand(
    ...['merge', wrong, one.file, '--json', '--data-dir', folder],
  );
  expect(code).toBe(1);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toMatchObject([
    { bundle: wrong, refused: { code: 'invalid-data' } },
    { bundle: one.file, searches: [{ id: one.id, added: 5 }] },
  ]);
});

it('a single bundle that is refused is the error itself', async () => {
  const wrong = damaged();
  const { code, stderr } = await runCommand('merge', wrong, '--data-dir', temporaryFolder());
  expect(code).toBe(1);
  expect(stderr).toContain(`error: ${wrong} is no sound bundle`);
});
