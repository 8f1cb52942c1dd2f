import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type BenchEngine, isOurs } from '../report.ts';
import type { WorkloadId } from '../workloads.ts';
import { type Contestant, startContestant } from './contestant.ts';

/** Where PyTorch runs, and what it trains on. */
export interface PyTorch {
  readonly python: string;
  /** As written by `writeExamples`. */
  readonly examples: string;
}

/** PyTorch has no sparse convolutions. */
export function canTrain(engine: BenchEngine, workload: WorkloadId): boolean {
  return engine !== 'pytorch-sparse' || workload !== 'conv-2';
}

/** tfjs has no masks, so there is nothing to measure below 100 %. */
export const hasDensities = (engine: BenchEngine): boolean => engine !== 'tfjs-fit';

/** @throws WorkbenchError `unavailable` if the engine's program does not get ready. */
export function startEngine(
  engine: BenchEngine,
  workload: WorkloadId,
  pytorch: PyTorch | undefined,
): Promise<Contestant> {
  if (isOurs(engine)) {
    return startContestant(engine, process.execPath, [fileOf('engine.ts'), workload, engine]);
  }
  if (engine === 'tfjs-fit') {
    return startContestant(engine, process.execPath, [fileOf('tfjs-fit.ts'), workload]);
  }
  if (!pytorch) throw new Error(`${engine} needs a Python`);
  const kind = engine === 'pytorch' ? 'masked' : 'sparse';
  const args = [fileOf('pytorch.py'), workload, kind, pytorch.examples];
  return startContestant(engine, pytorch.python, args);
}

/** The dense engine on the smallest network of the workload's graph. */
export function startSmallest(workload: WorkloadId): Promise<Contestant> {
  const args = [fileOf('engine.ts'), workload, 'dense', 'smallest'];
  return startContestant('dense, smallest', process.execPath, args);
}

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
