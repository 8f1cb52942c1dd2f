import { describe, expect, it } from 'vitest';
import type { KnownSetting } from '../../../src/shared/history/fields.ts';
import { parseFilter } from '../../../src/shared/history/filter.ts';

const KNOWN: readonly KnownSetting[] = [
  { path: 'architecture.units', kinds: ['list'] },
  { path: 'pruning.strategy.id', kinds: ['text'] },
  { path: 'training.batchSize', kinds: ['number'] },
  { path: 'training.optimizer.id', kinds: ['text'] },
  { path: 'training.optimizer.learningRate', kinds: ['number'] },
];

const parse = (text: string) => parseFilter(text, KNOWN);

/** One line for each term: `not`, what is compared, the operator and the value. */
function described(text: string): string[] {
  return parse(text).terms.map((term) => {
    const not = term.isExcluded ? 'not ' : '';
    if (term.kind !== 'comparison') return `${not}${term.kind} ${term.text}`;
    const { of, operator, value } = term;
    const what = of.kind === 'field' ? of.field.name : of.paths.join(' or ');
    const amount =
      value.kind === 'text'
        ? `'${value.text}'`
        : value.kind === 'number'
          ? String(value.number)
          : `${Number(value.from.toPrecision(6))}..${Number(value.to.toPrecision(6))}`;
    return `${not}${what} ${operator} ${amount}`;
  });
}

const messages = (text: string) => parse(text).mistakes.map(({ message }) => message);

describe('a filter', () => {
  it.each([
    ['small  quick', ['word small', 'word quick']],
    ['"exact text" more', ['exact exact text', 'word more']],
    ['“curly quotes”', ['exact curly quotes']],
    ['-old not "left out"', ['not word old', 'not exact left out']],
    ['lr>0.001', ['training.optimizer.learningRate > 0.001']],
    ['LR >= 1e-3', ['training.optimizer.learningRate >= 0.001']],
    ['strategy=snip density<0.2', ["strategy = 'snip'", 'density < 0.2']],
    ['density<=20%', ['density <= 0.2']],
    ['accuracy=97.4%', ['accuracy = 0.9735..0.9745']],
    ['effect>0.3', ['effect > 0.003']],
    ['effect=-1', ['effect = -0.015..-0.005']],
    ['training.batchSize!=60', ['training.batchSize != 60']],
    ['batchsize=50,000', ['training.batchSize = 50000']],
    ['optimizer.id~ada', ["training.optimizer.id ~ 'ada'"]],
    ['-optimizer=sgd', ["not optimizer = 'sgd'"]],
    ['not tag="to do"', ["not tag = 'to do'"]],
    ['units=[300, 100]', ["architecture.units = '300,'", 'word 100]']],
    ['units="[300, 100]"', ["architecture.units = '300,100'"]],
    ['time>1h30min', ['time > 5400000']],
    ['verdict="not winning"', ["verdict = 'not winning'"]],
    ['name~größe', ["name ~ 'größe'"]],
    ['50% v1.2 #42 a/b 🎟', ['word 50%', 'word v1.2', 'word #42', 'word a/b', 'word 🎟']],
    ['a->b <3 - -- not', ['word a->b', 'word <3', 'word -', 'word --', 'word not']],
    ['', []],
    ['""', []],
  ])('of %s', (text, terms) => {
    expect(described(text)).toEqual(terms);
    expect(messages(text)).toEqual([]);
  });

  it('takes a day as its beginning to its end, in local time', () => {
    const [term] = parse('created>=2026-11-01').terms;
    const from = new Date(2026, 10, 1).getTime();
    expect(term).toMatchObject({ value: { kind: 'range', from } });
    expect(parse('created=2026-11').terms).toMatchObject([
      { value: { from, to: new Date(2026, 11, 1).getTime() } },
    ]);
  });

  it.each([
    ['small "not closed', 'A quote is not closed', '"not closed"'],
    ['lrr>0.001', 'No search has a setting “lrr”', 'lr>0.001'],
    ['-optimiser=adam', 'No search has a setting “optimiser”', '-optimizer=adam'],
    ['no.such.path=1', 'No search has a setting “no.such.path”', '"no.such.path=1"'],
    ['größe=3', 'No search has a setting “größe”', '"größe=3"'],
    ['lr>', '“lr>” needs a value', undefined],
    ['lr> strategy=snip', '“lr>” needs a value', undefined],
    ['lr>fast', '“lr” needs a number after < and >', undefined],
    ['levels=many', '“levels” needs a number', undefined],
    ['density~2', '“density” is a number', undefined],
    ['density<20', '“density” is a fraction: write 20% or 0.2', undefined],
    ['units<300', '“units” is a list', undefined],
    ['strategy<snip', '“strategy” is a text', undefined],
    ['state=runing', '“state” is one of queued, running', 'state=running'],
    ['verdict="not wining"', '“verdict” is one of', 'verdict="not winning"'],
    ['created>soon', '“created” needs a date', undefined],
    ['created>2026-13-01', '“created” needs a date', undefined],
    ['created>2026-02-30', '“created” needs a date', undefined],
    ['time>5', '“time” needs a time with its unit', undefined],
  ])('says what is wrong with %s', (text, message, suggestion) => {
    const [mistake] = parse(text).mistakes;
    expect(mistake?.message).toContain(message);
    expect(mistake?.suggestion).toBe(suggestion);
  });

  it('leaves out only what is wrong, and says where it is', () => {
    const text = 'small lrr>1 strategy=snip';
    expect(described(text)).toEqual(['word small', "strategy = 'snip'"]);
    const [mistake] = parse(text).mistakes;
    expect(text.slice(mistake?.from, mistake?.to)).toBe('lrr>1');
  });

  it('takes any path for a setting while it is not known which there are', () => {
    expect(parseFilter('some.path=1', undefined).terms).toMatchObject([
      { of: { kind: 'setting', paths: ['some.path'] } },
    ]);
  });

  it('never fails, whatever is typed', () => {
    const parts = [
      '"',
      '“',
      '-',
      'not ',
      'lr',
      '=',
      '<',
      '!=',
      '~',
      '%',
      ' ',
      '1e',
      '\u0000',
      '💥',
    ];
    for (let seed = 0; seed < 3000; seed += 1) {
      const text = Array.from(
        { length: 1 + (seed % 7) },
        (_, index) => parts[(seed * (index + 3) * 7919) % parts.length],
      ).join('');
      const { mistakes } = parse(text);
      for (const { from, to } of mistakes) expect(from).toBeLessThanOrEqual(to);
    }
  });
});
