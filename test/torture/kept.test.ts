import { describe, expect, test } from 'vitest';
import { differenceOf, differenceSoFar, keptOf } from '../../torture/kept.ts';
import { Store } from '../../src/main/store/store.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleSearch,
  sampleTraining,
  temporaryFile,
} from '../main/store/samples.ts';
import type { StoredTraining } from '../../src/shared/domain/training-record.ts';

function keptWith(...trainings: readonly StoredTraining[]) {
  const store = Store.open(temporaryFile());
  const { id } = store.searches.create(sampleSearch());
  store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  for (const training of trainings) store.trainings.save(id, training);
  const kept = keptOf(store, id);
  store.close();
  return kept;
}

const first = sampleTraining(key(0, 0));
const second = sampleTraining(key(1, 0));

describe('two searches', () => {
  test('with equal bits have no difference', () => {
    expect(differenceOf(keptWith(first, second), keptWith(first, second))).toBeUndefined();
  });

  test('differ by one bit of a weight', () => {
    const finalWeights = Float32Array.from(first.finalWeights);
    new Uint32Array(finalWeights.buffer)[0]! ^= 1;
    const changed = keptWith({ ...first, finalWeights }, second);
    expect(differenceOf(keptWith(first, second), changed)).toBe(
      'the training 0/0/ticket has other bits',
    );
  });

  test('differ by the last bit of a loss', () => {
    const [evaluation, ...others] = first.evaluations;
    const validationLoss = evaluation!.validationLoss * (1 + Number.EPSILON);
    const evaluations = [{ ...evaluation!, validationLoss }, ...others];
    const changed = keptWith({ ...first, evaluations }, second);
    expect(differenceOf(keptWith(first, second), changed)).toContain('0/0/ticket');
  });

  test('differ where a training is missing or was not expected', () => {
    const both = keptWith(first, second);
    const one = keptWith(first);
    expect(differenceOf(both, one)).toBe('the training 1/0/ticket is missing');
    expect(differenceOf(one, both)).toBe('the training 1/0/ticket was not expected');
    expect(differenceSoFar(both, one)).toBeUndefined();
    expect(differenceSoFar(one, both)).toContain('was not expected');
  });
});
