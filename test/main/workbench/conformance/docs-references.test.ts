/** What README, ARCHITECTURE and docs/ refer to exists: pages, sections, pictures, files, commands, scripts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../../support/run-command.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const CODE_FOLDERS = [
  'bench',
  'bin',
  'packaging',
  'provision',
  'scripts',
  'src',
  'test',
  'torture',
];

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  ...filesIn('docs').filter((file) => file.endsWith('.md')),
];
const codeFiles = CODE_FOLDERS.flatMap(filesIn);

function filesIn(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}

const textOf = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');
const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '');

/** The ids that a reader of Markdown gives to the headings. */
function sectionIds(page: string): Set<string> {
  const headings = withoutCode(textOf(page)).matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function deadLinks(page: string): string[] {
  const links = [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, to = '']) => to,
  );
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', section] = link.split('#');
    const target = file === '' ? page : path.join(path.dirname(page), file);
    if (!existsSync(path.join(ROOT, target))) return true;
    return section !== undefined && !sectionIds(target).has(section);
  });
}

describe.each(pages)('%s', (page) => {
  const text = textOf(page);

  it('has no dead link', () => {
    expect(deadLinks(page)).toEqual([]);
  });

  it('names scripts that there are', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

// What has changed is told with the names of its time.
describe.each(pages.filter((page) => page !== 'CHANGELOG.md'))('%s', (page) => {
  it('names files that there are', () => {
    const named = [...textOf(page).matchAll(/`([\w-]+(?:\/[\w.-]+)+\.(?:ts|mjs|cc|svelte))`/g)];
    const missing = named
      .map(([, file = '']) => file)
      .filter((file) => !codeFiles.some((each) => `/${each}`.endsWith(`/${file}`)));
    expect(missing).toEqual([]);
  });
});

it('every command that is named there is one, and every command is explained', async () => {
  let help = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((written) => {
    help += String(written);
    return true;
  });
  await runCommand('--help');
  stdout.mockRestore();
  const commands = [...help.matchAll(/^ {2}([a-z][a-z-]*)[ |]/gm)].map(([, name = '']) => name);
  expect(commands).toContain('search');
  const all = pages.filter((page) => page !== 'CHANGELOG.md').map(textOf);
  const named = all.flatMap((text) =>
    [...text.matchAll(/(?:`|^)ticket ([a-z][a-z-]+)/gm)].map(([, name = '']) => name),
  );
  expect(new Set(named.filter((name) => !commands.includes(name)))).toEqual(new Set());
  expect(commands.filter((name) => name !== 'help' && !named.includes(name))).toEqual([]);
});
