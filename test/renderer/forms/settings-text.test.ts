import { describe, expect, it } from 'vitest';
import { settingsFromText } from '../../../src/renderer/forms/settings-text.ts';
import { sweepDraftOf } from '../../../src/renderer/forms/sweep-text.ts';

describe('settings as text', () => {
  it('are taken as they are, or from under "settings"', () => {
    expect(settingsFromText('{"training": {}}')).toEqual({ settings: { training: {} }, sweep: {} });
    expect(settingsFromText('{"label": "x", "settings": {"training": {}}}')).toEqual({
      settings: { training: {} },
      sweep: {},
    });
  });

  it.each(['', '[1]', '3', '{"a":'])('are refused as %j, with a hint', (text) => {
    expect(() => settingsFromText(text)).toThrow(
      expect.objectContaining({
        code: 'invalid-settings',
        hint: expect.stringContaining('Paste') as string,
      }) as Error,
    );
  });
});

describe('a file with swept values', () => {
  const SWEEP = {
    'training.batchSize': [60, 120],
    'training.engine': ['dense', 'sparse'],
    'training.optimizer': [{ id: 'adam' }, { id: 'sgd', learningRate: 0.1 }],
    'rewind.iteration': { from: 0, to: 500, step: 100 },
    'training.iterations': { from: '1ep', to: '8ep', factor: 2 },
  };

  it.each([
    ['beside the settings', { training: {}, sweep: SWEEP }],
    ['beside "settings"', { settings: { training: {} }, sweep: SWEEP }],
    ['within "settings"', { settings: { training: {}, sweep: SWEEP } }],
  ])('is a sweep, as on the command line: %s', (_, file) => {
    const { settings, sweep } = settingsFromText(JSON.stringify(file));
    expect(settings).toEqual({ training: {} });
    const texts = new Map(Object.entries(sweep));
    expect(sweepDraftOf(texts, () => undefined)).toEqual({ sweep: SWEEP });
  });

  it.each([{ sweep: 3 }, { sweep: { 'training.batchSize': 60 } }, { sweep: { a: { from: 1 } } }])(
    'is refused with what was expected: %j',
    (file) => {
      expect(() => settingsFromText(JSON.stringify(file))).toThrow(
        expect.objectContaining({
          code: 'invalid-settings',
          hint: expect.stringContaining('"sweep"') as string,
        }) as Error,
      );
    },
  );
});
