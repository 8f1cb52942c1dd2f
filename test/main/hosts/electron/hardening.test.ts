import { describe, expect, it } from 'vitest';
import { FUSES } from '../../../../packaging/fuses.ts';
import { isFromWindow } from '../../../../src/main/hosts/electron/hardening.ts';

const contents = { id: 1 };
const own = { url: 'ticket://workbench/#/history', parent: null };

describe('whom the main process listens to', () => {
  it('is the main frame of its window, showing its own page', () => {
    expect(isFromWindow({ sender: contents, senderFrame: own }, contents)).toBe(true);
  });

  it.each([
    ['another window', { sender: { id: 2 }, senderFrame: own }],
    ['a frame inside the page', { sender: contents, senderFrame: { ...own, parent: own } }],
    ['a frame that is gone', { sender: contents, senderFrame: null }],
    [
      'a page of elsewhere',
      { sender: contents, senderFrame: { ...own, url: 'https://a.example/' } },
    ],
    ['a file', { sender: contents, senderFrame: { ...own, url: 'file:///workbench/' } }],
    ['another host', { sender: contents, senderFrame: { ...own, url: 'ticket://other/' } }],
    ['no address', { sender: contents, senderFrame: { ...own, url: '' } }],
  ])('is not %s', (_who, message) => {
    expect(isFromWindow(message, contents)).toBe(false);
  });

  it('is nobody while there is no window', () => {
    expect(isFromWindow({ sender: contents, senderFrame: own }, undefined)).toBe(false);
  });
});

describe('the installers', () => {
  it('have the fuses set that let nobody else run code in Electron', () => {
    expect(FUSES).toEqual({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      enableCookieEncryption: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    });
  });
});
