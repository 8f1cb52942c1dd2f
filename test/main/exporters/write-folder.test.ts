import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { textFile } from '../../../src/main/exporters/programs/program.ts';
import { refuseTakenFolder, writeFolder } from '../../../src/main/exporters/write-folder.ts';
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

it('fills an empty folder without replacing it, also through a link', () => {
  const parent = temporaryFolder();
  const folder = path.join(parent, 'empty');
  mkdirSync(folder);
  symlinkSync(folder, path.join(parent, 'link'), 'junction');
  const { ino } = statSync(folder);
  writeFolder(path.join(parent, 'link'), FILES);
  expect(statSync(folder).ino).toBe(ino);
  expect(contents(folder)).toEqual({ 'one.txt': 'one', 'inner/two.txt': 'two' });
});

it('removes leftovers of the last export, and nothing else', () => {
  const folder = path.join(temporaryFolder(), 'there');
  writeFolder(folder, [...FILES, textFile('inner/old.txt', 'old'), textFile('old.txt', 'old')]);
  writeFolder(folder, FILES, { overwrite: true, leftovers: /^inner\/[^/]+\.txt$/ });
  expect(contents(folder)).toEqual({
    'one.txt': 'one',
    'inner/two.txt': 'two',
    'old.txt': 'old',
  });
});

it('leaves everything as it was if a file can’t be put in its place', () => {
  const folder = path.join(temporaryFolder(), 'there');
  writeFolder(folder, [textFile('one.txt', 'old'), textFile('inner/two.txt/three.txt', 'three')]);
  const before = contents(folder);
  expect(() => {
    writeFolder(folder, FILES, { overwrite: true, leftovers: /one/ });
  }).toThrow(/two.txt is a folder, where a file is to be written/);
  expect(contents(folder)).toEqual(before);
});

it('tells beforehand that a place is taken or missing', () => {
  const parent = temporaryFolder();
  writeFolder(path.join(parent, 'there'), FILES);
  expect(() => {
    refuseTakenFolder(path.join(parent, 'there'));
  }).toThrow(/already exists/);
  expect(() => {
    refuseTakenFolder(path.join(parent, 'no', 'where'));
  }).toThrow(/there is no folder/);
  refuseTakenFolder(path.join(parent, 'there'), { overwrite: true });
  refuseTakenFolder(path.join(parent, 'new'));
});
