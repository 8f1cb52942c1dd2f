import { expect, it, vi } from 'vitest';
import { menuCommands } from '../../../src/renderer/state/menu-commands.ts';

it('has the items of every menu on the page, under what they are about', () => {
  const run = vi.fn();
  const items = [
    { heading: 'Copy' },
    { label: 'As data', hint: 'for a spreadsheet', run },
    { heading: 'Band' },
    { label: 'Each replicate', isDisabled: true, run },
    { label: '95 % interval', run },
  ];
  const commands = menuCommands([
    { about: 'Accuracy', items },
    { about: 'Accuracy', items },
    { about: 'Table of levels', items: [{ label: 'As TSV', icon: 'copy', run }] },
  ]);
  expect(commands.map(({ label, icon, hint }) => [label, icon, hint])).toEqual([
    ['Accuracy: Copy, As data', 'settings', 'for a spreadsheet'],
    ['Accuracy: Band, 95 % interval', 'settings', undefined],
    ['Table of levels: As TSV', 'copy', undefined],
  ]);
  commands[0]!.run();
  expect(run).toHaveBeenCalledOnce();
});
