import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { collectLicences } from '../../../../src/main/workbench/about/licences.ts';
import { temporaryFolder } from '../../store/samples.ts';

const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));

/** A project whose lock has these packages, and Electron. */
function project(packages: Record<string, { license: string; text?: string; dev?: boolean }>) {
  const folder = temporaryFolder();
  cpSync(
    path.join(PROJECT, 'resources/licence-texts'),
    path.join(folder, 'resources/licence-texts'),
    {
      recursive: true,
    },
  );
  const all: typeof packages = {
    electron: { license: 'MIT', text: 'Electron’s licence', dev: true },
    ...packages,
  };
  for (const [name, { license, text }] of Object.entries(all)) {
    const place = path.join(folder, 'node_modules', name);
    mkdirSync(place, { recursive: true });
    writeFileSync(
      path.join(place, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', license }),
    );
    if (text !== undefined) writeFileSync(path.join(place, 'LICENSE'), text);
  }
  const lock = Object.entries(all).map(([name, { dev }]) => [`node_modules/${name}`, { dev }]);
  writeFileSync(
    path.join(folder, 'package-lock.json'),
    JSON.stringify({ packages: { '': {}, ...Object.fromEntries(lock) } }),
  );
  return folder;
}

test('the notices of this project name every dependency that is distributed, with a text', () => {
  const { notices, text } = collectLicences(PROJECT);
  const names = notices.map(({ name }) => name);
  const manifest = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  expect(names).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)));
  expect(names).toEqual(expect.arrayContaining(['electron', 'TensorFlow']));
  expect(names.some((name) => /^node-.*-/.test(name))).toBe(true);
  expect(names).not.toContain('vitest');
  for (const notice of notices) expect(notice.text.length).toBeGreaterThan(200);
  for (const { name, version } of notices) expect(text).toContain(`${name} ${version}`);
});

test('a text that several packages share is written once', () => {
  const folder = project({
    one: { license: 'MIT', text: 'The same text' },
    two: { license: 'MIT', text: 'The same text' },
  });
  const { text } = collectLicences(folder);
  expect(text.match(/The same text/g)).toHaveLength(1);
  expect(text).toContain('one 1.0.0 (MIT)\ntwo 1.0.0 (MIT)');
});

test('a missing text and a licence that nobody has allowed are errors, all named at once', () => {
  const folder = project({
    silent: { license: 'MIT' },
    strict: { license: 'GPL-3.0-only', text: 'A licence' },
    tool: { license: 'GPL-3.0-only', text: 'A licence', dev: true },
  });
  let message = '';
  try {
    collectLicences(folder);
  } catch (error) {
    message = error instanceof Error ? error.message : '';
  }
  expect(message).toContain('silent 1.0.0 (MIT) does not contain the text of its licence');
  expect(message).toContain('strict 1.0.0 has the licence GPL-3.0-only');
  expect(message).not.toContain('tool');
});
