/**
 * MLflow and W&B import an export with its own scripts, where a Python has them. What they had is committed
 * (trackers.json, which trackers.test.ts compares with every export).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { mlflow } from '../../../../src/main/exporters/programs/trackers.ts';
import { writeFolder } from '../../../../src/main/exporters/write-folder.ts';
import { missingPrograms, TORCH_PYTHON } from '../../../support/torch-python.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { FIXTURES, METRICS } from '../samples.ts';

const imported = JSON.parse(readFileSync(path.join(FIXTURES, 'trackers.json'), 'utf8')) as Readonly<
  Record<string, unknown>
>;

it.for([['mlflow', 'sqlalchemy'], ['wandb']] as const)(
  '%s has every run after an import',
  ([kind, ...others], { skip }) => {
    const missing = missingPrograms(kind, ...others);
    if (missing !== undefined) skip(missing);
    const folder = path.join(temporaryFolder(), 'export');
    writeFolder(folder, mlflow.files(METRICS));
    const script = path.join(FIXTURES, 'read-trackers.py');
    const answer = execFileSync(TORCH_PYTHON, [script, kind, folder], { encoding: 'utf8' });
    expect(JSON.parse(answer)).toEqual(imported[kind]);
  },
);
