import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { main } from '../../../../src/main/hosts/cli/main.ts';
import type { Output } from '../../../../src/main/hosts/cli/output.ts';
import { chosenPlugInFolder } from '../../../../src/main/workbench/plug-ins/chosen-folder.ts';
import { EXAMPLES, folderOf } from '../../workbench/plug-ins/examples.ts';

async function run(...args: string[]) {
  const lines: string[] = [];
  const output: Output = {
    isTerminal: false,
    columns: 80,
    result: (text) => lines.push(text),
    note: (text) => lines.push(text),
    event: () => undefined,
    status: () => undefined,
  };
  return { code: await main(args, output), text: lines.join('\n') };
}

describe('ticket --plugins', () => {
  it('says what is wrong with a folder, and runs no command', async () => {
    const folder = folderOf({ 'broken.ts': 'export const plugIn = {;' });
    const { code, text } = await run('catalog', '--plugins', folder);
    expect(code).toBe(1);
    expect(text).toMatch(/^error: the plug-in .*broken[.]ts does not load: /);
    expect(text).not.toContain('SETTINGS');
    expect(await run(`--plugins=${folder}/none`, 'catalog')).toMatchObject({ code: 2 });
  });

  it('lists the entries of plug-ins with the file that they come from', async () => {
    const { code, text } = await run('catalog', '--plugins', EXAMPLES);
    expect(code).toBe(0);
    const file = path.join(EXAMPLES, 'relative-change.ts');
    expect(text).toContain('  global-relative-change: Prunes the weights that changed least, ');
    expect(text).toContain(` From the plug-in ${file}.\n`);
    expect(text).toContain('      offset (number above 0 to 1; default 0.01): ');
    expect(text).toContain('  checkerboard: Points on a checkerboard');
  });

  it('is read from the arguments, else from the environment', () => {
    vi.stubEnv('TICKET_PLUGINS', 'elsewhere');
    expect(chosenPlugInFolder(['--plugins', 'here', 'catalog'])).toBe('here');
    expect(chosenPlugInFolder(['catalog', '--plugins=here'])).toBe('here');
    expect(chosenPlugInFolder(['catalog'])).toBe('elsewhere');
    vi.stubEnv('TICKET_PLUGINS', '');
    expect(chosenPlugInFolder(['catalog'])).toBeUndefined();
    vi.unstubAllEnvs();
  });
});
