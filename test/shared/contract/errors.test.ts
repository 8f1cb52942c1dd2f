import { expect, it } from 'vitest';
import { errorFrom, reportOf, WorkbenchError } from '../../../src/shared/contract/errors.ts';

it('an error that crosses a boundary is the same on the other side', () => {
  const error = new WorkbenchError('conflict', 'it is run by another window', 'Try it later.', {
    isTemporary: true,
  });
  const report = reportOf(error);
  const { code, message, hint, isTemporary } = errorFrom(structuredClone(report));
  expect({ code, message, hint, isTemporary }).toEqual({
    code: 'conflict',
    message: 'it is run by another window',
    hint: 'Try it later.',
    isTemporary: true,
  });
});

it('the report of an error has only what it says', () => {
  const report = reportOf(new WorkbenchError('not-found', 'there is no search 1'));
  expect(report).toStrictEqual({ code: 'not-found', message: 'there is no search 1' });
  expect(errorFrom(report)).toMatchObject({ hint: undefined, isTemporary: false });
  expect(reportOf('text')).toStrictEqual({ code: 'internal', message: 'text' });
});
