import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  parseOwnPoints,
  readOwnPoints,
} from '../../../../src/main/workbench/published/own-points.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-points-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

describe('own points', () => {
  it('are read from a file, a series for each name', () => {
    const file = path.join(scratch, 'mine.csv');
    writeFileSync(
      file,
      '\u{feff}name,density,measure,value,dataset\r\n"mine, old",0.5,test-accuracy,0.9,mnist\r\n,0.2,early-stop-iteration,2900,\r\n# a remark\r\n"mine, old",0.25,test-accuracy,0.8,mnist\r\n',
    );
    expect(readOwnPoints(file)).toEqual([
      {
        name: 'mine, old',
        dataset: 'mnist',
        points: [
          { density: 0.5, measure: 'test-accuracy', value: 0.9 },
          { density: 0.25, measure: 'test-accuracy', value: 0.8 },
        ],
      },
      {
        name: 'mine.csv',
        points: [{ density: 0.2, measure: 'early-stop-iteration', value: 2900 }],
      },
    ]);
  });

  it.each([
    ['', 'a.csv is empty; expected a heading'],
    ['density,measure,value\n', 'a.csv has no points'],
    ['density,value\n', 'a.csv, line 1: there is no column measure'],
    ['density,measure,value,size\n', 'a.csv, line 1: the column "size" is not known'],
    ['density,measure,value,value\n', 'a.csv, line 1: the column "value" is there twice'],
    [
      'density,measure,value\n0.5,test-accuracy,0.9\n21.1,test-accuracy,0.9\n',
      'a.csv, line 3, column density: "21.1"; expected the fraction of weights kept',
    ],
    [
      'density,measure,value\n0.5,accuracy,0.9\n',
      'a.csv, line 2, column measure: "accuracy"; expected test-accuracy-at-early-stop',
    ],
    [
      'density,measure,value\n0.5,test-accuracy,\n',
      'a.csv, line 2, column value: ""; expected a number',
    ],
    ['density,measure,value\n0.5,test-accuracy\n', 'a.csv, line 2: 2 fields; expected 3'],
    ['density,measure,value\n"0.5,x\n', 'a.csv, line 2: a quoted field is not closed'],
  ])('are refused as %j, with file, line and column', (text, message) => {
    expect(() => parseOwnPoints('a.csv', text)).toThrow(message);
  });

  it('are refused where there is no file', () => {
    expect(() => readOwnPoints(path.join(scratch, 'none.csv'))).toThrow("none.csv can't be read");
  });
});
