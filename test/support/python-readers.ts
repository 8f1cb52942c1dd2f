/**
 * Before the tests: a Python with NumPy, safetensors and other programs that read exported files. It is set
 * up once, in the user's cache, unless TICKET_PYTHON names one. Where that can't be done, the tests that need it are
 * skipped and say why.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { quote, runCommand } from '../../provision/command.mjs';
import { withLock } from '../../provision/lock.mjs';
import { cacheDirectory } from '../../provision/project.mjs';

const PACKAGES = ['numpy', 'safetensors', 'scipy', 'onnxruntime', 'pyarrow', 'tensorboard'];
const TIMEOUT = 5 * 60_000;

export async function setup(): Promise<void> {
  if (process.env['TICKET_PYTHON']) return;
  const cache = path.join(cacheDirectory(), 'python-readers');
  const folder = path.join(cache, PACKAGES.join('-'));
  const python = path.join(
    folder,
    ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
  );
  // Written last: a killed setup leaves none.
  const ready = path.join(folder, 'ready');
  mkdirSync(cache, { recursive: true });
  const problem = await withLock(path.join(cache, 'lock'), async () => {
    if (existsSync(ready)) return undefined;
    rmSync(folder, { recursive: true, force: true });
    const failure = await install(folder, python);
    if (failure === undefined) writeFileSync(ready, '');
    return failure;
  });
  if (problem === undefined) process.env['TICKET_PYTHON'] = python;
  else process.env['TICKET_PYTHON_MISSING'] = problem;
}

/** @returns why it can't be done, in a sentence */
async function install(folder: string, python: string): Promise<string | undefined> {
  process.stderr.write(`Setting up Python with ${PACKAGES.join(', ')}. This happens once.\n`);
  const steps = [
    { command: 'python3', args: ['-m', 'venv', folder] },
    {
      command: python,
      args: [
        ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'],
        // What is imported is compiled then; the packages have some thousand modules more.
        ...['--no-compile', ...PACKAGES],
      ],
    },
    { command: python, args: ['-c', `import ${PACKAGES.join(', ')}`] },
  ];
  for (const { command, args } of steps) {
    const { code, output } = await runCommand(command, args, { timeout: TIMEOUT });
    if (code === 0) continue;
    return (
      `a Python with ${PACKAGES.join(', ')} can't be set up. ` +
      quote([path.basename(command), ...args].join(' '), output)
    );
  }
  return undefined;
}
