import { describe, expect, it, onTestFinished } from 'vitest';
import { WorkbenchError } from '../../src/shared/contract/errors.ts';
import { rng } from '../../src/shared/rng.ts';
import { bundleTargets } from '../../torture/bundle-targets.ts';
import { sampleBundles } from '../../torture/bundle-samples.ts';
import type { Target } from '../../torture/targets.ts';
import { temporaryFolder } from '../main/store/samples.ts';

async function openTarget(): Promise<Target> {
  const [target] = await bundleTargets(temporaryFolder());
  onTestFinished(() => target!.close?.());
  return target!;
}

const INPUTS = 60;

describe('mutated bundles', () => {
  it('are refused with a reason and nothing written, or are taken whole', async () => {
    const target = await openTarget();
    let refused = 0;
    for (let index = 0; index < INPUTS; index += 1) {
      const input = target.make(rng('bundles', index));
      try {
        await target.take(input);
      } catch (error) {
        expect(error).toBeInstanceOf(WorkbenchError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(INPUTS / 2);
  });

  it('come from bundles that are taken as they are', async () => {
    const target = await openTarget();
    const { bundles } = await sampleBundles(temporaryFolder());
    for (const bundle of bundles) await target.take(bundle);
    expect(bundles.length).toBeGreaterThan(9);
  });
});
