import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startNode, temporaryFolder, writeFiles, textLike } from './support.ts';

const RUN = fileURLToPath(new URL('../../provision/run.mjs', import.meta.url));

function run(args: readonly string[], folder?: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, ...args], {
    encoding: 'utf8',
    cwd: folder,
  });
  return { status, stdout, stderr };
}

describe('provision/run.mjs', () => {
  it('runs the command of a dependency, whatever its package is called', () => {
    expect(run(['--no-tensorflow', 'tsc', '--version'])).toMatchObject({
      status: 0,
      stdout: textLike(/^Version \d/),
    });
  });

  it('runs a TypeScript file with its arguments, in the folder it was called from', () => {
    const folder = temporaryFolder();
    writeFiles(folder, {
      'script.ts': `const [first]: string[] = process.argv.slice(2);
        console.log(process.cwd(), first, process.env['TF_NUM_INTRAOP_THREADS']);`,
    });
    expect(run(['--no-tensorflow', './script.ts', 'one'], folder)).toEqual({
      status: 0,
      stdout: `${folder} one 1\n`,
      stderr: '',
    });
  });

  it('ends with the exit code of the program', () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'script.mjs': 'process.exit(42);' });
    expect(run(['--no-tensorflow', 'script.mjs'], folder).status).toBe(42);
  });

  it('passes a signal on', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, {
      'script.mjs': `process.on('SIGTERM', () => process.exit(9));
        setInterval(() => {}, 1000);
        console.log('ready');`,
    });
    const running = startNode([RUN, '--no-tensorflow', 'script.mjs'], { cwd: folder });
    await running.says('ready');
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 9 });
  });

  it('names a command or file that is not there', () => {
    expect(run(['--no-tensorflow', 'no-such-command'])).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'error: none of the installed dependencies has a command "no-such-command".\n' +
        'Run "npm ci" in the project\'s directory, or give the path of a script.\n',
    });
    const folder = temporaryFolder();
    expect(run(['--no-tensorflow', 'x.ts'], folder).stderr).toContain(
      `there is no file ${path.join(folder, 'x.ts')}`,
    );
  });

  it('tells how it is used', () => {
    expect(run([])).toMatchObject({ status: 2, stderr: textLike('Usage: ') });
  });
});
