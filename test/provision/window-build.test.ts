import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildWindow } from '../../provision/window-build.mjs';
import { temporaryFolder, writeFiles } from './support.ts';

const BUILD_TOOL = `
  import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
  appendFileSync('builds', process.argv.slice(2).join(' ') + '\\n');
  if (existsSync('broken')) { console.error('a component is broken'); process.exit(1); }
  mkdirSync('out/renderer', { recursive: true });
  writeFileSync('out/renderer/index.html', '<!doctype html>');
  console.log('renderer: 93 kB after gzip, of at most 220 kB');
`;

/** A project whose build tool writes a page and counts how often it ran. */
function project(): string {
  const folder = temporaryFolder();
  writeFiles(folder, {
    'src/renderer/main.ts': '',
    'provision/x.mjs': '',
    'vite.renderer.config.ts': '',
    'svelte.config.js': '',
    'package-lock.json': '',
    'node_modules/vite/package.json': '{ "type": "module", "bin": { "vite": "bin/vite.js" } }',
    'node_modules/vite/bin/vite.js': BUILD_TOOL,
  });
  return folder;
}

const buildsOf = (folder: string) => readFileSync(path.join(folder, 'builds'), 'utf8');
const BUILD = 'build --config vite.renderer.config.ts\n';

describe('building the window', () => {
  it('happens where the window is missing, and not again', async () => {
    const folder = project();
    const notes: string[] = [];
    const note = (text: string) => notes.push(text);
    expect(await buildWindow({ project: folder, note })).toBe(path.join(folder, 'out/renderer'));
    expect(existsSync(path.join(folder, 'out/renderer/index.html'))).toBe(true);
    expect(notes).toEqual([
      'Building the window.',
      'Built the window; renderer: 93 kB after gzip, of at most 220 kB.',
    ]);
    await buildWindow({ project: folder, note });
    expect(buildsOf(folder)).toBe(BUILD);
  });

  it.each(['src/renderer/main.ts', 'svelte.config.js', 'package-lock.json'])(
    'happens again after a change of %s',
    async (source) => {
      const folder = project();
      await buildWindow({ project: folder });
      const later = Date.now() / 1000 + 60;
      utimesSync(path.join(folder, source), later, later);
      await buildWindow({ project: folder });
      expect(buildsOf(folder)).toBe(BUILD + BUILD);
    },
  );

  it('happens once where two commands ask for it', async () => {
    const folder = project();
    await Promise.all([buildWindow({ project: folder }), buildWindow({ project: folder })]);
    expect(buildsOf(folder)).toBe(BUILD);
  });

  it('leaves an installation without build tools its window, however old', async () => {
    const folder = project();
    await buildWindow({ project: folder });
    utimesSync(path.join(folder, 'out/renderer/index.html'), 1, 1);
    rmSync(path.join(folder, 'node_modules'), { recursive: true });
    await buildWindow({ project: folder });
    expect(buildsOf(folder)).toBe(BUILD);
  });

  it('says what is missing', async () => {
    const folder = project();
    rmSync(path.join(folder, 'node_modules'), { recursive: true });
    await expect(buildWindow({ project: folder })).rejects.toMatchObject({
      message: 'the package vite is not installed.',
      hint: 'Run "npm ci" in the project\'s directory.',
    });
  });

  it("says that it can't write into the project", async () => {
    const folder = project();
    writeFiles(folder, { out: '' });
    await expect(buildWindow({ project: folder })).rejects.toMatchObject({
      message: expect.stringContaining("the window can't be built: EEXIST") as string,
      hint: "Run the command as a user who may write into the project's directory.",
    });
  });

  it('shows what the build tool said, and leaves no half of a window', async () => {
    const folder = project();
    await buildWindow({ project: folder });
    mkdirSync(path.join(folder, 'broken'));
    const later = Date.now() / 1000 + 60;
    utimesSync(path.join(folder, 'src/renderer/main.ts'), later, later);
    await expect(buildWindow({ project: folder })).rejects.toThrow('a component is broken');
    expect(existsSync(path.join(folder, 'out/renderer/index.html'))).toBe(false);
  });
});
