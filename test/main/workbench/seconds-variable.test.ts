import { expect, it, onTestFinished, vi } from 'vitest';
import { secondsBetween } from '../../../src/main/workbench/seconds-variable.ts';

const VARIABLE = 'TICKET_TEST_SECONDS';

it('something is done as often as usual, or as the environment says', () => {
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  expect(secondsBetween(VARIABLE, 60)).toBe(60);
  vi.stubEnv(VARIABLE, '0.5');
  expect(secondsBetween(VARIABLE, 60)).toBe(0.5);
  for (const text of ['', 'often', '-1', 'Infinity']) {
    vi.stubEnv(VARIABLE, text);
    expect(() => secondsBetween(VARIABLE, 60)).toThrow(
      `${VARIABLE} is "${text}"; expected a number of seconds`,
    );
  }
});
