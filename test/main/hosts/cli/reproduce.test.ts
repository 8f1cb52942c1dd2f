import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { publishedFileNames } from '../../../../src/main/workbench/published/files.ts';
import { runCommand } from '../../../support/run-command.ts';

const FIXTURE = fileURLToPath(new URL('../../../fixtures/reproduction', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-reproduce-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  runCommand('reproduce', ...args, '--data-dir', path.join(scratch, 'data'));

describe('ticket reproduce', () => {
  it('lists what can be reproduced, with its cost and how it is scaled', async () => {
    const { code, stdout } = await run('--list', '--scale', '0.1');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'lenet-300-100: LeNet-300-100 on MNIST (scaled: 5,000 of 50,000 iterations per training)',
    );
    expect(stdout).toContain('  180 trainings, 900,000 iterations');
    expect(stdout).toMatch(
      /^conv-2-small: Conv-2 on CIFAR-10, small \(scaled: 12,000 of 50,000 images, .+; then 100 of 1,000 iterations per training\)$/m,
    );
    expect(stdout).toContain('11 claims: 0 reproduced, 0 not reproduced, 11 open');
    const json = await run('lenet-300-100', '--list', '--json');
    const [only, ...others] = JSON.parse(json.stdout) as { name: string; scale: number }[];
    expect(only).toMatchObject({ name: 'lenet-300-100', scale: 1 });
    expect(others).toEqual([]);
  });

  it('lists it with fewer replicates', async () => {
    const { code, stdout } = await run('lenet-300-100', '--list', '--replicates', '1');
    expect(code).toBe(0);
    expect(stdout).toContain('lenet-300-100: LeNet-300-100 on MNIST (scaled: 1 of 5 replicates)');
    expect(stdout).toContain('  36 trainings, 1,800,000 iterations');
  });

  it.each([
    [['lenet'], 'there is no reproduction "lenet"'],
    [['--check', path.join(scratch, 'none')], 'summary.json can’t be read'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr.replace("can't", 'can’t')).toContain(message);
  });

  it.each(['0', '1.5', 'one'])('refuses %s replicates', async (count) => {
    expect((await run('lenet-300-100', '--list', '--replicates', count)).code).toBe(2);
  });

  it('refuses more replicates than the experiment has', async () => {
    const { code, stderr } = await run('lenet-300-100', '--list', '--replicates', '6');
    expect(code).toBe(2);
    expect(stderr).toContain('6 replicates are more than lenet-300-100 has: it has 5');
  });

  it.each(['0', '2', 'half'])('refuses the scale %s', async (scale) => {
    expect((await run('--list', '--scale', scale)).code).toBe(2);
  });

  it('lists every published figure with its source, and which charts show it', async () => {
    const { code, stdout } = await run('--figures');
    expect(code).toBe(0);
    expect(stdout).toContain('LeNet-300-100 on MNIST: winning tickets\n');
    expect(stdout).toContain('Frankle & Carbin 2019, section 2, figure 4 (arXiv 1803.03635)');
    expect(stdout).toContain('  In charts of lenet-300-100 on mnist with the branch supermask.');
    expect(stdout).toContain('  In no chart: there is no dataset cifar-100.');
    const json = await run('--figures', '--json');
    expect(JSON.parse(json.stdout)).toHaveLength(publishedFileNames().length);
  });

  it('derives the table of a report again, and fails if the report says otherwise', async () => {
    const good = await run('--check', FIXTURE);
    expect([good.code, good.stderr]).toEqual([0, 'The report says what its summary says.']);
    expect(good.stdout).toMatch(/^claim +density +published +here +outcome$/m);
    expect(good.stdout).toContain(
      '11 claims: 4 reproduced, 2 not reproduced, 5 open; 18 rows, one per density: 9 reproduced, 2 not reproduced, 7 open.',
    );
    expect(good.stdout).toContain('Scaled down: 0.01 of the length of every training.');

    const folder = path.join(scratch, 'changed');
    cpSync(FIXTURE, folder, { recursive: true });
    const report = path.join(folder, 'report.md');
    writeFileSync(report, readFileSync(report, 'utf8').replace('−1.20 points', '−0.20 points'));
    const bad = await run('--check', folder);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('row 6 of the claims: The ticket is as accurate');

    const again = await run('--rewrite', folder);
    expect([again.code, again.stderr]).toEqual([0, `Wrote the report in ${folder} again.`]);
    expect(readFileSync(report, 'utf8')).toContain('−1.20 points');
    expect(readdirSync(folder)).toContain('iterative-accuracy.png');
    expect((await run('--check', folder)).code).toBe(0);
  });
});
