import { describe, expect, it } from 'vitest';
import { iconAddress, pageTitle } from '../../../src/renderer/state/page-signs.ts';

const RUNNING = { name: 'Overnight', fraction: 0.629 };

describe('the tab of the browser', () => {
  it('shows how far the running search is', () => {
    expect(pageTitle('Live', RUNNING)).toBe('62 % · Overnight');
    expect(pageTitle('Live', { ...RUNNING, fraction: 0.9999 })).toBe('99 % · Overnight');
    expect(iconAddress(RUNNING)).toMatch(/^data:image\/svg\+xml,%3Csvg/);
    expect(iconAddress(RUNNING)).not.toBe(iconAddress({ ...RUNNING, fraction: 0.4 }));
    // The icon is drawn again only when there is something to see.
    expect(iconAddress(RUNNING)).toBe(iconAddress({ ...RUNNING, fraction: 0.6299 }));
  });

  it('names the view while nothing runs', () => {
    expect(pageTitle('History', undefined)).toBe('History · Ticket Workbench');
    expect(iconAddress(undefined)).toBe('./icon.svg');
  });
});
