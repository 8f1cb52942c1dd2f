/**
 * The licence notices of everything that a package contains: the dependencies of package-lock.json that
 * are not for development, Node, Electron with Chromium, and TensorFlow. A text that is missing and a
 * licence that nobody has looked at are errors: what is distributed must come with its notices.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';

/** Where packages have the text, relative to the project. */
export const LICENCES_FILE = 'resources/licences.txt';

/** Texts of licences whose packages do not contain them. */
const TEXTS = 'resources/licence-texts';

/** SPDX. Each allows distribution beside a program under another licence, with its notice. */
const ALLOWED = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD']);

/**
 * In the folder of texts: packages that name their licence but do not contain its text, with their
 * copyright line. An Apache licence needs none.
 */
const WITHOUT_TEXT = 'without-text.json';

/** Packages for one platform; only that one is installed. Their text is that of the package named. */
const PLATFORM_PACKAGES = /^(@napi-rs\/canvas)-[a-z0-9-]+$/;

export interface Notice {
  readonly name: string;
  readonly version: string;
  /** SPDX */
  readonly licence: string;
  readonly text: string;
}

const withoutTextSchema = z.record(z.string(), z.string());

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({ dev: z.boolean().optional(), optional: z.boolean().optional() }),
  ),
});

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
});

/**
 * @param project the folder with package-lock.json and node_modules.
 * @throws WorkbenchError `not-found` naming every licence text that is missing and every licence that is
 *   not on the list.
 */
export function collectLicences(project: string): {
  readonly notices: readonly Notice[];
  readonly text: string;
} {
  const problems: string[] = [];
  const withoutText = readJson(path.join(project, TEXTS, WITHOUT_TEXT), withoutTextSchema);
  const notices = [...packagesOf(project)].flatMap((folder): Notice[] => {
    try {
      return [noticeOf(project, folder, withoutText)];
    } catch (error) {
      problems.push(messageOf(error));
      return [];
    }
  });
  const all = [...notices, tensorFlow(project)].sort((one, other) =>
    one.name === other.name
      ? one.version.localeCompare(other.version)
      : one.name.localeCompare(other.name),
  );
  if (problems.length > 0) {
    throw new WorkbenchError(
      'not-found',
      `licence notices are missing:\n${problems.join('\n')}`,
      `Look at the licence. Then add it to resources/licence-texts/without-text.json, or to the list in src/main/workbench/about/licences.ts.`,
    );
  }
  return { notices: all, text: describe(all) };
}

/** The folders of the packages that are distributed, without those for other platforms. */
function* packagesOf(project: string): Iterable<string> {
  const lock = readJson(path.join(project, 'package-lock.json'), lockSchema);
  for (const [place, { dev, optional }] of Object.entries(lock.packages)) {
    if (place === '' || dev === true) continue;
    const folder = path.join(project, place);
    if (optional === true && !existsSync(folder)) continue;
    yield folder;
  }
  // It is a tool for development in the lock, and the program around the package.
  yield path.join(project, 'node_modules', 'electron');
}

function noticeOf(
  project: string,
  folder: string,
  withoutText: Readonly<Record<string, string>>,
): Notice {
  const { name, version, license } = readJson(path.join(folder, 'package.json'), manifestSchema);
  const licence = typeof license === 'string' ? license : (license?.type ?? 'none');
  const parts = licence.replace(/[()]/g, '').split(/ AND | OR /);
  if (!parts.every((part) => ALLOWED.has(part))) {
    throw new Error(`${name} ${version} has the licence ${licence}, which nobody has allowed yet`);
  }
  const own = textsIn(folder);
  if (own.length > 0) return { name, version, licence, text: own.join('\n\n') };
  const source = PLATFORM_PACKAGES.exec(name)?.[1] ?? name;
  const copyright = withoutText[source];
  if (copyright === undefined) {
    throw new Error(`${name} ${version} (${licence}) does not contain the text of its licence`);
  }
  const texts = parts.map((part) => readFileSync(path.join(project, TEXTS, `${part}.txt`), 'utf8'));
  return { name, version, licence, text: [copyright, ...texts].join('\n\n').trim() };
}

/** Licence and notice files, if a licence is among them. */
function textsIn(folder: string): string[] {
  const names = readdirSync(folder).sort();
  const isLicence = (name: string): boolean => /^(licen[cs]e|copying)/i.test(name);
  if (!names.some(isLicence)) return [];
  return names
    .filter((name) => isLicence(name) || /^notice/i.test(name))
    .map((name) => readFileSync(path.join(folder, name), 'utf8').trim());
}

/** Its libraries are downloaded once, with the notices of what they contain. */
function tensorFlow(project: string): Notice {
  const text = readFileSync(path.join(project, TEXTS, 'Apache-2.0.txt'), 'utf8').trim();
  return { name: 'TensorFlow', version: 'libraries', licence: 'Apache-2.0', text };
}

function describe(notices: readonly Notice[]): string {
  const rule = '='.repeat(80);
  const head = [
    'Ticket Workbench contains the following works, under the licences below them.',
    'The notices of everything in Chromium, which Electron contains, are in the file',
    'LICENSES.chromium.html beside the application’s program.',
  ].join('\n');
  // Many packages share a text, so it is printed once.
  const byText = Map.groupBy(notices, ({ text }) => text.replace(/\r\n/g, '\n'));
  const parts = [...byText].map(([text, same]) => {
    const names = same.map(({ name, version, licence }) => `${name} ${version} (${licence})`);
    return `${rule}\n${[...new Set(names)].join('\n')}\n${rule}\n\n${text}\n`;
  });
  return [head, ...parts].join('\n\n');
}

function readJson<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
  return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
