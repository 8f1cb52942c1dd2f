/** Exports for other programs from the command line: of plug-ins' networks, and of searches of a sweep. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ticket } from '../../../support/command-line.ts';
import { missingPrograms, TORCH_PYTHON } from '../../../support/torch-python.ts';

const NO_TORCH = missingPrograms('torch', 'safetensors');
const PLUG_INS = path.join(import.meta.dirname, '../../workbench/plug-ins/every-kind');

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-export-programs-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});
const data = ['--data-dir', path.join(scratch, 'searches')];

const SETTINGS = [
  'dataset={"id":"two-moons","validation":100}',
  'training={"iterations":40,"evaluateEvery":20,"batchSize":20,"engine":"sparse"}',
  'pruning.levels=2',
  'branches=[]',
  'replicates.count=1',
].flatMap((assignment) => ['--set', assignment]);

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ticket(...args, ...data);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

const lastEvent = (printed: string): unknown => JSON.parse(printed.trim().split('\n').at(-1)!);

/** Fails if accuracy or logits differ. */
function runModel(folder: string): string {
  return execFileSync(TORCH_PYTHON, [path.join(folder, 'model.py')], { encoding: 'utf8' });
}

it('a network of a plug-in is exported with the plug-in, and says what is missing without it', async () => {
  const plugIns = ['--plugins', PLUG_INS];
  const architecture = ['--set', 'architecture={"id":"two-layers","units":6}'];
  const printed = await run('search', ...SETTINGS, ...architecture, ...plugIns, '--json');
  const { search } = lastEvent(printed) as { search: { id: string } };
  const out = path.join(scratch, 'plug-in');
  const exported = ['export', search.id, '--what', 'pytorch', '--out', out, ...data];
  const without = await ticket(...exported);
  expect(without.code).not.toBe(0);
  expect(without.stderr).toContain('its architecture two-layers is missing or has changed');
  expect(without.stderr).toContain('start with --plugins FOLDER');
  expect(existsSync(out)).toBe(false);
  expect(await ticket(...exported, ...plugIns)).toMatchObject({ code: 0 });
  if (NO_TORCH === undefined) expect(runModel(out)).toContain('weights with masks: accuracy');
});

it('a search of a sweep is exported by its own id; the sweep says how', async () => {
  const architecture = ['--set', 'architecture={"id":"mlp","widths":[8]}'];
  const swept = ['--sweep', 'training.batchSize=10,20'];
  await run('sweep', ...SETTINGS, ...architecture, ...swept);
  const rows = JSON.parse(await run('runs', '--json')) as { id: string; sweep?: string }[];
  const members = rows.filter(({ sweep }) => sweep !== undefined);
  expect(members).toHaveLength(2);
  for (const { id } of members) {
    const out = path.join(scratch, id);
    await run('export', id, '--what', 'pytorch', '--out', out);
    if (NO_TORCH === undefined) expect(runModel(out)).toContain('weights with zeros: accuracy');
  }
  const of = ['export', members[0]!.sweep!, '--what', 'onnx', '--out', path.join(scratch, 'x')];
  const { code, stderr } = await ticket(...of, ...data);
  expect(code).not.toBe(0);
  expect(stderr).toContain("a sweep can't be exported for onnx");
});
