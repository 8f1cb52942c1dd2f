import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { checkReport } from '../../../../src/main/workbench/reproduction/report.ts';
import { reproductionSummarySchema } from '../../../../src/shared/published/summary.ts';

const FIXTURE = fileURLToPath(new URL('../../../fixtures/reproduction', import.meta.url));
const RESULTS = fileURLToPath(new URL('../../../../docs/results', import.meta.url));

/** Every folder with a report that is committed. */
const committed = [
  FIXTURE,
  ...readdirSync(RESULTS)
    .map((name) => path.join(RESULTS, name))
    .filter((folder) => existsSync(path.join(folder, 'summary.json'))),
];

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-report-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

let copies = 0;
function changed(file: string, change: (text: string) => string): string {
  copies += 1;
  const folder = path.join(scratch, String(copies));
  cpSync(FIXTURE, folder, { recursive: true });
  const changing = path.join(folder, file);
  writeFileSync(changing, change(readFileSync(changing, 'utf8')));
  return folder;
}

describe('a committed report', () => {
  it.each(committed)('says what its summary says: %s', (folder) => {
    const { claims, differences, summary } = checkReport(folder);
    expect(differences).toEqual([]);
    expect(claims.length).toBeGreaterThan(1);
    const report = readFileSync(path.join(folder, 'report.md'), 'utf8');
    if (summary.scale < 1) expect(report).toContain('**Scaled down: ');
  });

  it('is told from one with another outcome, or with a row less', () => {
    const outcome = changed('report.md', (text) => text.replace(/\| open +\|/, '| reproduced |'));
    expect(checkReport(outcome).differences).toEqual([
      expect.stringMatching(
        /report\.md, row \d+ of the claims: .+ \| reproduced; expected .+ \| open$/,
      ),
    ]);
    const shorter = changed('report.md', (text) => text.replace(/\| The ticket .+\n/, ''));
    expect(checkReport(shorter).differences.at(-1)).toContain('missing; expected');
    const formatted = changed('report.md', (text) => text.replaceAll(' | ', '   |   '));
    expect(checkReport(formatted).differences).toEqual([]);
  });

  it('follows from the measurements', () => {
    const other = changed('summary.json', (text) =>
      text.replace(/"testAccuracyAtEarlyStop": \[0\.\d+/, '"testAccuracyAtEarlyStop": [0.5'),
    );
    expect(checkReport(other).differences.length).toBeGreaterThan(0);
  });

  it('reads summaries of the first version, with one environment for all runs', () => {
    const { summary } = checkReport(FIXTURE);
    const { environments, ...run } = summary.runs[0]!;
    const first = { ...summary, version: 1, environment: environments[0], runs: [run] };
    expect(reproductionSummarySchema.parse(first)).toEqual({
      ...summary,
      runs: [summary.runs[0]],
    });
  });

  it('is refused without a summary, and with one that is none', () => {
    expect(() => checkReport(path.join(scratch, 'none'))).toThrow('summary.json');
    const broken = changed('summary.json', (text) => text.replace('"scale"', '"skale"'));
    expect(() => checkReport(broken)).toThrow('summary.json is no summary of a reproduction');
    const noJson = changed('summary.json', () => '{');
    expect(() => checkReport(noJson)).toThrow('is not JSON');
  });
});
