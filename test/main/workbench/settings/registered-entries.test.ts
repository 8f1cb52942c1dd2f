/** What a plug-in will do: it registers entries of its own after everything has been loaded. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import { datasets } from '../../../../src/main/engine/datasets/index.ts';
import { normalizations } from '../../../../src/main/engine/normalizations/index.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import { catalog } from '../../../../src/main/workbench/settings/catalog.ts';
import { settingsCommand } from '../../../../src/main/workbench/settings/settings-command.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';

it('are chosen, listed and transferred to like those that were there', () => {
  const before = catalog();
  const own = { label: 'Of mine', description: 'Of mine.' };
  const shades = z.object({ shades: z.int().min(2).default(16) });
  datasets.register({ ...datasets.get('mnist'), ...own, id: 'shades', hparams: shades });
  normalizations.register({ ...normalizations.get('none'), ...own, id: 'halved' });
  optimizers.register({ ...optimizers.get('sgd'), ...own, id: 'slow-sgd' });

  const dataset = { id: 'shades', normalization: 'halved' };
  const settings = resolveSettings({
    assignments: ['dataset.id=shades', 'dataset.normalization=halved', 'dataset.shades=4'],
  });
  expect(settings.dataset).toMatchObject({ ...dataset, shades: 4 });

  const transfer = { id: 'transfer', dataset, optimizer: { id: 'slow-sgd' } };
  const { branches } = resolveSettings({ assignments: [`branches=${JSON.stringify([transfer])}`] });
  expect(branches).toMatchObject([{ ...transfer, dataset: { ...dataset, shades: 16 } }]);

  const after = catalog();
  expect(after.datasets).toHaveLength(before.datasets.length + 1);
  expect(JSON.stringify(after.settings)).toContain('slow-sgd');
  expect(settingsCommand(settings)).toContain('dataset.shades=4');
});
