import { describe, expect, it } from 'vitest';
import type { CallInput, CallValue } from '../../../src/shared/contract/calls.ts';
import { createClient } from '../../../src/shared/contract/client.ts';
import type { JsonObject } from '../../../src/shared/contract/json.ts';
import { DatasetReading } from '../../../src/renderer/state/dataset-reading.svelte.ts';

type Value = CallValue<'dataset.read'>;

const readingOf = (dataset: string): NonNullable<Value> => ({
  summary: {
    dataset,
    shape: [2],
    train: 3,
    validation: 1,
    test: 2,
    isTestHeldOut: false,
    classes: [],
    values: { kind: 'floats', smallest: 0, largest: 1, mean: 0.5 },
    leftOut: [],
    warnings: [],
  },
  samples: { kind: 'rows', columns: [], columnsLeftOut: 0, rows: [] },
});

/** A client whose answers the test gives, in any order. */
function open() {
  const asked: {
    readonly input: CallInput<'dataset.read'>;
    answer(value: Value): void;
    fail(): void;
  }[] = [];
  const client = createClient({
    invoke: (_name, input) =>
      new Promise((resolve) => {
        asked.push({
          input: input as CallInput<'dataset.read'>,
          answer: (value) => {
            resolve({ ok: true, value });
          },
          fail: () => {
            resolve({ ok: false, error: { code: 'not-found', message: 'no such file' } });
          },
        });
      }),
    subscribe: () => () => undefined,
  });
  return { asked, reading: new DatasetReading(client) };
}

const settingsOf = (id: string, seed = 1, name = ''): JsonObject => ({
  dataset: { id },
  replicates: { seed },
  name,
});

describe('what is read of the dataset in the form', () => {
  it('follows the dataset and the seed, and nothing else', async () => {
    const { asked, reading } = open();
    reading.follow(settingsOf('mnist'));
    expect(reading.isReading).toBe(true);
    reading.follow(settingsOf('mnist', 1, 'changed'));
    expect(asked).toHaveLength(1);
    asked[0]?.answer(readingOf('mnist'));
    await expect.poll(() => reading.value?.summary.dataset).toBe('mnist');
    expect(reading.isReading).toBe(false);
    reading.follow(settingsOf('mnist', 2));
    reading.follow(settingsOf('csv', 2));
    expect(asked).toHaveLength(3);
  });

  it('is that of the last choice, whichever is answered first', async () => {
    const { asked, reading } = open();
    reading.follow(settingsOf('mnist'));
    reading.follow(settingsOf('csv'));
    asked[1]?.answer(readingOf('csv'));
    await expect.poll(() => reading.value?.summary.dataset).toBe('csv');
    asked[0]?.answer(readingOf('mnist'));
    await Promise.resolve();
    expect(reading.value?.summary.dataset).toBe('csv');
  });

  it('waits for the user where the dataset is large', async () => {
    const { asked, reading } = open();
    reading.follow(settingsOf('cifar-10'));
    expect(asked[0]?.input).toMatchObject({ most: 2 ** 26 });
    asked[0]?.answer(undefined);
    await expect.poll(() => reading.isLarge).toBe(true);
    reading.readAnyway();
    expect(asked[1]?.input).toEqual({ settings: settingsOf('cifar-10') });
    asked[1]?.answer(readingOf('cifar-10'));
    await expect.poll(() => reading.value?.summary.dataset).toBe('cifar-10');
    expect(reading.isLarge).toBe(false);
  });

  it('is an error where there are no such files', async () => {
    const { asked, reading } = open();
    reading.follow(settingsOf('csv'));
    asked[0]?.fail();
    await expect.poll(() => reading.error?.message).toBe('no such file');
    expect(reading.value).toBeUndefined();
    expect(reading.isReading).toBe(false);
  });
});
