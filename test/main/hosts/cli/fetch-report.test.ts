import { expect, it } from 'vitest';
import { followFetch } from '../../../../src/main/hosts/cli/fetch-report.ts';
import type { DatasetProgress } from '../../../../src/shared/contract/records/datasets.ts';

function tell(isTerminal: boolean, told: readonly DatasetProgress[]) {
  const notes: string[] = [];
  const statuses: string[] = [];
  const follow = followFetch({
    isTerminal,
    columns: 80,
    result: () => undefined,
    event: () => undefined,
    note: (text) => notes.push(text),
    status: (text) => statuses.push(text),
  });
  for (const progress of told) follow(progress);
  return { notes, statuses };
}

const step = 'downloading tiny.tar.gz';
const download = Array.from({ length: 401 }, (_, quarter): DatasetProgress => ({
  step,
  bytes: quarter * 500_000,
  totalBytes: 200_000_000,
  etaSeconds: (400 - quarter) / 4,
}));

it('a fetch elsewhere than in a terminal tells each step, and each tenth of a download', () => {
  const { notes, statuses } = tell(false, [
    ...download,
    { step: 'unpacking' },
    { step: 'unpacking' },
  ]);
  expect(statuses).toEqual([]);
  expect(notes).toHaveLength(12);
  expect(notes.slice(0, 3)).toEqual([
    `${step}: 0 % of 200 MB, 1 min 40 s left`,
    `${step}: 10 % of 200 MB, 1 min 30 s left`,
    `${step}: 20 % of 200 MB, 1 min 20 s left`,
  ]);
  expect(notes.at(-2)).toBe(`${step}: 100 % of 200 MB, 0 s left`);
  expect(notes.at(-1)).toBe('unpacking');
});

it('a fetch that goes on tells where it begins, and the next tenths', () => {
  const { notes } = tell(false, download.slice(220));
  expect(notes.map((note) => /(\d+) %/.exec(note)?.[1])).toEqual([
    '55',
    '60',
    '70',
    '80',
    '90',
    '100',
  ]);
});

it('a fetch in a terminal draws one line over', () => {
  const { notes, statuses } = tell(true, [...download, { step: 'unpacking' }]);
  expect(notes).toEqual([]);
  expect(statuses).toHaveLength(402);
  expect(statuses[200]).toBe(
    `[${'█'.repeat(10)}${'·'.repeat(10)}] ${step}: 100 MB of 200 MB, 50 s left`,
  );
});
