import { describe, expect, it } from 'vitest';
import { settingsFromText } from '../../../src/renderer/forms/settings-text.ts';

describe('settings as text', () => {
  it('are taken as they are, or from under "settings"', () => {
    expect(settingsFromText('{"training": {}}')).toEqual({ training: {} });
    expect(settingsFromText('{"label": "x", "settings": {"training": {}}}')).toEqual({
      training: {},
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
