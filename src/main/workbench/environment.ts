import { availableParallelism, cpus } from 'node:os';
import process from 'node:process';
import packageManifest from '../../../package.json' with { type: 'json' };
import type { Environment } from '../../shared/domain/search.ts';
import { codeVersion } from './code-version.ts';

export const WORKBENCH_VERSION: string = packageManifest.version;

/** One worker thread per core: TensorFlow runs single-threaded in each. */
export function defaultWorkers(): number {
  return availableParallelism();
}

export function cpuName(): string {
  return cpus()[0]?.model.trim() ?? 'unknown';
}

/** In place of a version, for searches that ran without it. */
const NO_TENSORFLOW = 'not installed';

export function describeEnvironment(tensorflow: string, workers: number): Environment {
  return {
    workbench: WORKBENCH_VERSION,
    code: codeVersion(),
    node: process.version,
    tensorflow: tensorflow === '' ? NO_TENSORFLOW : tensorflow,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpuName(),
    cores: cpus().length,
    workers,
    threadsPerWorker: Number(process.env['TF_NUM_INTRAOP_THREADS'] ?? 1),
  };
}
