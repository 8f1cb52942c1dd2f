import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { textFile } from '../../../src/main/exporters/programs/program.ts';
import { writeFolder } from '../../../src/main/exporters/write-folder.ts';
import { temporaryFolder } from '../store/samples.ts';

const FILES = [textFile('one.txt', 'one'), textFile('inner/two.txt', 'two')];

function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    names
      .filter((each) => each.isFile())
      .map(({ parentPath, name }) => {
        const file = path.join(parentPath, name);
        return [path.relative(folder, file).replaceAll('\\', '/'), readFileSync(file, 'utf8')];
      }),
  );
}

it('writes a new folder, or fills an empty one, and leaves nothing beside it', () => {
  const parent = temporaryFolder();
  mkdirSync(path.join(parent, 'empty'));
  for (const name of ['new', 'empty']) {
    writeFolder(path.join(parent, name), FILES);
    expect(contents(path.join(parent, name))).toEqual({ 'one.txt': 'one', 'inner/two.txt': 'two' });
  }
  expect(readdirSync(parent).toSorted()).toEqual(['empty', 'new']);
});

it('keeps a folder with content unless it may overwrite, and then the files of other names', () => {
  const folder = path.join(temporaryFolder(), 'there');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'one.txt'), 'old');
  writeFileSync(path.join(folder, 'mine.txt'), 'mine');
  expect(() => {
    writeFolder(folder, FILES);
  }).toThrow(/already exists and was not overwritten/);
  expect(contents(folder)).toEqual({ 'one.txt': 'old', 'mine.txt': 'mine' });

  writeFolder(folder, FILES, { overwrite: true });
  expect(contents(folder)).toEqual({
    'one.txt': 'one',
    'inner/two.txt': 'two',
    'mine.txt': 'mine',
  });
});

it('says what is wrong with a place that is a file, or that has no parent', () => {
  const parent = temporaryFolder();
  writeFileSync(path.join(parent, 'file'), '');
  expect(() => {
    writeFolder(path.join(parent, 'file'), FILES, { overwrite: true });
  }).toThrow(/is a file; expected the name of a folder/);
  expect(() => {
    writeFolder(path.join(parent, 'no', 'where'), FILES);
  }).toThrow(/there is no folder/);
  expect(readdirSync(parent)).toEqual(['file']);
});
