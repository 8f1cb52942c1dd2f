import { describe, expect, it } from 'vitest';
import { runBench } from '../../../../src/main/workbench/bench/bench.ts';
import { WORKLOADS } from '../../../../src/main/workbench/bench/workloads.ts';
import { expectedWork, type StepPlan } from '../../../../src/main/workbench/bench/steps.ts';

const silent = { onProgress: () => undefined };

describe('what is measured', () => {
  it('asks for a Python before anything is started', async () => {
    const request = {
      workloads: ['lenet-300-100'],
      densities: [1],
      engines: ['dense', 'pytorch'],
      isQuick: true,
    } as const;
    await expect(runBench(request, silent)).rejects.toMatchObject({
      code: 'invalid-argument',
      hint: expect.stringContaining('--python') as unknown,
    });
  });

  it('says which engine does not run, and why', async () => {
    const request = {
      workloads: ['lenet-300-100'],
      densities: [1],
      engines: ['pytorch'],
      isQuick: true,
      python: '/nowhere/python',
    } as const;
    await expect(runBench(request, silent)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/pytorch.*nowhere/) as unknown,
    });
  });

  it('leaves out what an engine can not do: masks in tfjs, sparse convolutions in PyTorch', () => {
    const plan = (changes: Partial<StepPlan>): StepPlan => ({
      workload: WORKLOADS['conv-2'],
      engines: ['pytorch'],
      densities: [1, 0.1],
      pytorch: undefined,
      warmUpSteps: 1,
      blocks: 1,
      blockMilliseconds: 1,
      ...changes,
    });
    const work = (changes: Partial<StepPlan>) => expectedWork(plan(changes));
    expect(work({ engines: ['pytorch', 'pytorch-sparse'] })).toBe(work({}));
    const tfjs = { engines: ['tfjs-fit'] } as const;
    expect(work({ ...tfjs, densities: [1, 0.5, 0.1] })).toBe(work({ ...tfjs, densities: [1] }));
  });
});
