import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { chosenPlugInFolder } from '../../../../src/main/workbench/plug-ins/chosen-folder.ts';
import { runCommand } from '../../../support/run-command.ts';
import { EXAMPLES, folderOf } from '../../workbench/plug-ins/examples.ts';

describe('ticket --plugins', () => {
  it('says what is wrong with a folder, and runs no command', async () => {
    const folder = folderOf({ 'broken.ts': 'export const plugIn = {;' });
    const { code, stdout, stderr } = await runCommand('catalog', '--plugins', folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: the plug-in .*broken[.]ts does not load: /);
    expect(stdout).toBe('');
    expect(await runCommand(`--plugins=${folder}/none`, 'catalog')).toMatchObject({ code: 2 });
  });

  it('lists the entries of plug-ins with the file that they come from', async () => {
    const { code, stdout } = await runCommand('catalog', '--plugins', EXAMPLES);
    expect(code).toBe(0);
    const file = path.join(EXAMPLES, 'relative-change.ts');
    expect(stdout).toContain('  global-relative-change: Prunes the weights that changed least, ');
    expect(stdout).toContain(` From the plug-in ${file}.\n`);
    expect(stdout).toContain('      offset (number above 0 to 1; default 0.01): ');
    expect(stdout).toContain('  checkerboard: Points on a checkerboard');
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
