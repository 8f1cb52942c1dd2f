import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  choiceSchema,
  type Definition,
  derivedFrom,
  entrySchema,
  hparamsOf,
  registry,
} from '../../../src/shared/domain/definition.ts';

const entry = (id: string, label = id, hparams: z.ZodObject = z.object({})): Definition => ({
  id,
  label,
  description: label,
  hparams,
});

describe('a registry', () => {
  it('takes further entries behind those it was made with', () => {
    const optimizers = registry('optimizer', [entry('sgd'), entry('adam')]);
    optimizers.register(entry('lion'));
    expect(optimizers.entries.map(({ id }) => id)).toEqual(['sgd', 'adam', 'lion']);
    expect(optimizers.get('lion').label).toBe('lion');
  });

  it('leaves a list of its entries as it was when it takes another', () => {
    const optimizers = registry('optimizer', [entry('sgd')]);
    const before = optimizers.entries;
    optimizers.register(entry('adam'));
    expect(before).toHaveLength(1);
  });

  it('refuses a second entry of one id, naming both, and keeps the first', () => {
    const optimizers = registry('optimizer', [entry('adam', 'Adam')]);
    const { version } = optimizers;
    expect(() => {
      optimizers.register(entry('adam', 'Adam of mine'));
    }).toThrow('the optimizer "adam" is defined twice: by "Adam" and by "Adam of mine"');
    expect(optimizers.get('adam').label).toBe('Adam');
    expect(optimizers.version).toBe(version);
  });

  it('refuses to be made with two entries of one id', () => {
    expect(() => registry('optimizer', [entry('adam'), entry('adam')])).toThrow('defined twice');
  });

  it('names the entries there are where one is not', () => {
    expect(() => registry('optimizer', [entry('sgd'), entry('adam')]).get('lion')).toThrow(
      'no optimizer "lion"; there are sgd, adam',
    );
  });
});

describe('what is derived from registries', () => {
  it('is computed once until one of them takes another entry', () => {
    const [one, other] = [registry('one', [entry('a')]), registry('other', [entry('b')])];
    let computed = 0;
    const ids = derivedFrom([one, other], () => {
      computed += 1;
      return [...one.entries, ...other.entries].map(({ id }) => id);
    });
    expect([ids(), ids()]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(computed).toBe(1);
    other.register(entry('c'));
    expect([ids(), ids()].at(-1)).toEqual(['a', 'b', 'c']);
    expect(computed).toBe(2);
  });
});

describe('a choice', () => {
  const adam = {
    ...entry('adam', 'Adam'),
    hparams: z.object({ learningRate: z.number().default(0.1) }),
  };
  const optimizers = registry<Definition>('optimizer', [adam, entry('sgd')]);

  it('has the settings of its entry, those that every entry has, and no others', () => {
    const schema = entrySchema(optimizers, { clip: z.number() });
    expect(schema.parse({ id: 'adam', clip: 2 })).toEqual({
      id: 'adam',
      learningRate: 0.1,
      clip: 2,
    });
    expect(schema.safeParse({ id: 'adam' }).success).toBe(false);
    expect(schema.safeParse({ id: 'adam', clip: 2, other: 1 }).success).toBe(false);
    expect(schema.safeParse({ id: 'sgd', clip: 2, learningRate: 1 }).success).toBe(false);
  });

  it('is that of the default entry where none is made', () => {
    expect(choiceSchema(optimizers, 'sgd').parse(undefined)).toEqual({ id: 'sgd' });
  });

  it('cannot be made where an entry declares what every entry has', () => {
    expect(() => entrySchema(optimizers, { learningRate: z.number() })).toThrow(
      'the optimizer "adam" declares "learningRate", which every optimizer already has',
    );
  });

  it('gives the settings of its entry, typed', () => {
    const { learningRate } = hparamsOf(adam, { id: 'adam', learningRate: 2, clip: 3 });
    expect(learningRate).toBe(2);
  });
});
