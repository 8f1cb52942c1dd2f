import { describe, expect, it } from 'vitest';
import { hasDisplay } from '../../../../src/main/hosts/browser/open-browser.ts';

describe('a browser', () => {
  it('can be opened where there is a screen, and not from afar', () => {
    expect(hasDisplay('linux', { DISPLAY: ':0' })).toBe(true);
    expect(hasDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
    expect(hasDisplay('linux', {})).toBe(false);
    expect(hasDisplay('linux', { DISPLAY: '' })).toBe(false);
    expect(hasDisplay('darwin', {})).toBe(true);
    expect(hasDisplay('darwin', { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' })).toBe(false);
    expect(hasDisplay('win32', {})).toBe(true);
  });
});
