import { describe, expect, it } from 'vitest';
import { Store } from '../../../src/main/store/store.ts';
import { CALLS } from '../../../src/shared/contract/calls.ts';
import { sampleSearch, sampleSettings, temporaryFile } from './samples.ts';

function open(): Store {
  const store = Store.open(temporaryFile());
  const make = (name: string, batchSize: number): string => {
    const training = { ...sampleSettings().training, batchSize };
    return store.searches.create({ ...sampleSearch({ training }), name }).id;
  };
  make('keeps 50% of it', 60);
  make('keeps 50 of it', 120);
  const noted = make('v1.2 🎟 ticket', 600);
  store.history.setNote(noted, 'see #42');
  store.history.setTags([noted], ['a/b'], []);
  return store;
}

function found(text: string): string[] {
  const store = open();
  const query = CALLS['search.list'].input.parse({ filter: { text } });
  const names = store.history.list(query).rows.map(({ name }) => name);
  return names.toSorted();
}

describe('the history is searched', () => {
  it.each([
    ['50%', ['keeps 50% of it']],
    ['%', ['keeps 50% of it']],
    ['🎟', ['v1.2 🎟 ticket']],
    ['v1.2', ['v1.2 🎟 ticket']],
    ['#42', ['v1.2 🎟 ticket']],
    ['a/b', ['v1.2 🎟 ticket']],
    ['keeps, 50%', ['keeps 50% of it']],
    ['_', []],
  ])('for signs as they are: %s', (text, names) => {
    expect(found(text)).toEqual(names);
  });

  it.each([
    ['training.batchSize=60', 1],
    ['batchSize=60', 1],
    ['BATCHSIZE=120', 1],
    ['training.batchSize=61', 0],
    ['training.batchSize', 3],
    ['training.optimizer.id=adam', 3],
    ['training.optimizer.id~ada', 3],
    ['training.optimizer.id=ada', 0],
    ['optimizer.id=sgd', 0],
    ['no.such.setting', 0],
  ])('by the path of a setting: %s', (text, count) => {
    expect(found(text)).toHaveLength(count);
  });
});
