import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WindowFiles } from '../../../../src/main/hosts/electron/window-files.ts';

let scratch: string;
let files: WindowFiles;

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'ticket-files-'));
  const folder = path.join(scratch, 'renderer');
  mkdirSync(path.join(folder, 'assets'), { recursive: true });
  writeFileSync(path.join(scratch, 'secret.json'), '{}');
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(path.join(folder, 'assets', 'index.js'), 'export {};');
  files = new WindowFiles(folder);
});

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

describe('the window’s files', () => {
  it('are served by name, with their type and a strict policy', () => {
    const page = files.respond('GET', 'ticket://workbench/#/history');
    expect(page.status).toBe(200);
    expect(page.bytes.toString()).toBe('<!doctype html>');
    const policy = page.headers['Content-Security-Policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:|[*]/);
    const script = files.respond('GET', 'ticket://workbench/assets/index.js?v=1');
    expect(script.headers['Content-Type']).toBe('text/javascript; charset=utf-8');
  });

  it.each([
    'ticket://workbench/../secret.json',
    'ticket://workbench/%2e%2e/secret.json',
    'ticket://workbench/..%2fsecret.json',
    'ticket://workbench/assets/..%5c..%5csecret.json',
    'ticket://workbench//etc/passwd',
    'ticket://workbench/missing.js',
  ])('are nothing outside their folder: %s', (address) => {
    expect(files.respond('GET', address).status).toBe(404);
  });

  it('are not served under another address, or to another method', () => {
    expect(files.respond('GET', 'ticket://other/index.html').status).toBe(400);
    expect(files.respond('GET', 'ticket://workbench/%ff').status).toBe(400);
    expect(files.respond('POST', 'ticket://workbench/').status).toBe(405);
  });

  it('say how to build them where they are missing', () => {
    expect(() => new WindowFiles(path.join(scratch, 'nowhere'))).toThrow(/no built window/);
  });
});
