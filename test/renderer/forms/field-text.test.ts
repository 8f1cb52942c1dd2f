import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../src/shared/contract/records/catalog.ts';
import { parseFieldText } from '../../../src/renderer/forms/field-text.ts';
import { fieldOf, fieldsOf } from '../../../src/renderer/forms/form-model.ts';

const numberField = (schema: JsonSchema, isOptional = false) =>
  fieldOf(schema, undefined, 'x', isOptional);

describe('the text of a field', () => {
  it.each([
    ['1e-8', 1e-8],
    [' 50,000 ', 50_000],
    ['0.10', 0.1],
  ])('reads %j as a number', (text, value) => {
    expect(parseFieldText(numberField({ type: 'number' }), text)).toEqual({ value });
  });

  it.each([
    ['0,01', 0.01],
    ['-0,5', -0.5],
    ['0,125', 0.125],
    ['1,5e-3', 0.0015],
    ['12,5', 12.5],
    ['1,234,567.5', 1_234_567.5],
    ['50_000', 50_000],
    ['.5', 0.5],
  ])('reads %j as %d', (text, value) => {
    expect(parseFieldText(numberField({ type: 'number' }), text)).toEqual({ value });
  });

  it.each(['1,2,3', '01', '1,00,000', '1.000,5', '0x10', 'Infinity', ',', '1,'])(
    'refuses %j as a number',
    (text) => {
      expect(parseFieldText(numberField({ type: 'number' }), text)).toHaveProperty('problem');
    },
  );

  it.each(['0,01', '1,5', '01'])('refuses %j as iterations', (text) => {
    const duration = fieldOf({ leastIterations: 1 }, undefined, 'x');
    expect(parseFieldText(duration, text)).toHaveProperty('problem');
  });

  it.each(['0,01', '300, 01'])('refuses the list %j, whose item 01 is no number', (text) => {
    const numbers = fieldOf({ type: 'array', items: { type: 'number' } }, [], 'x');
    const durations = fieldOf({ type: 'array', items: { leastIterations: 1 } }, [], 'x');
    expect(parseFieldText(numbers, text)).toEqual({ problem: '“01” is not a number.' });
    expect(parseFieldText(durations, text)).toHaveProperty('problem');
  });

  it.each(['', 'many', '1.5', '1,5'])('refuses %j as a whole number, and says why', (text) => {
    expect(parseFieldText(numberField({ type: 'integer' }), text)).toHaveProperty('problem');
  });

  it('leaves an optional number out when it is empty', () => {
    expect(parseFieldText(numberField({ type: 'integer' }, true), '')).toEqual({
      value: undefined,
    });
  });

  it('leaves optional JSON out when it is empty, and says what is wrong with other JSON', () => {
    const fractions: JsonSchema = { type: 'object' };
    const optional = fieldOf(fractions, undefined, 'layerFractions', true);
    expect(parseFieldText(optional, ' ')).toEqual({ value: undefined });
    expect(parseFieldText(optional, '{"fc1": 0.5}')).toEqual({ value: { fc1: 0.5 } });
    expect(parseFieldText(optional, '{fc1}')).toHaveProperty('problem');
    expect(parseFieldText(fieldOf(fractions, {}, 'x'), '')).toHaveProperty('problem');
  });

  it('reads texts between commas, which are shown as a line and not as JSON', () => {
    const schema = { properties: { names: { type: 'array', items: { type: 'string' } } } };
    const [field] = fieldsOf(schema, { names: ['fc1', 'a name'] });
    expect(field).toMatchObject({ kind: 'texts', value: ['fc1', 'a name'], isOptional: true });
    expect(parseFieldText(field!, ' fc1, a name ,')).toEqual({ value: ['fc1', 'a name'] });
    expect(parseFieldText(field!, ' ')).toEqual({ value: undefined });
  });

  it('reads numbers between commas and blanks', () => {
    const field = fieldOf({ type: 'array', items: { type: 'integer' } }, [], 'widths');
    expect(parseFieldText(field, '300, 100  50')).toEqual({ value: [300, 100, 50] });
    expect(parseFieldText(field, '')).toEqual({ value: [] });
    expect(parseFieldText(field, '300, x')).toHaveProperty('problem');
  });
});
