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
import {
  reproducible,
  settingsOfRun,
} from '../../../../src/main/workbench/reproduction/experiments.ts';
import {
  checkReport,
  reportOn,
  rewriteReport,
} from '../../../../src/main/workbench/reproduction/report.ts';
import { asJson } from '../../../../src/shared/domain/settings-json.ts';
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

  it.each(committed)('is written from its summary: %s', async (folder) => {
    const { summary } = checkReport(folder);
    const { files } = await reportOn(summary, () => new Uint8Array());
    for (const name of ['report.md', 'summary.json']) {
      const [file] = files.filter((each) => each.path === name);
      expect(Buffer.from(file!.bytes).toString()).toBe(
        readFileSync(path.join(folder, name), 'utf8'),
      );
    }
    const figures = files.map((file) => file.path).filter((name) => name.endsWith('.png'));
    expect(figures).toHaveLength(2 * summary.runs.length);
    for (const name of figures) {
      expect(readFileSync(path.join(folder, 'report.md'), 'utf8')).toContain(`](${name})`);
    }
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

  it('is written again as a whole, and its folder is checked first', async () => {
    const folder = changed('report.md', () => 'nothing');
    await rewriteReport(folder);
    expect(checkReport(folder).differences).toEqual([]);
    expect(readdirSync(folder).toSorted()).toEqual([
      'iterative-accuracy.png',
      'iterative-early-stop.png',
      'one-shot-accuracy.png',
      'one-shot-early-stop.png',
      'report.md',
      'summary.json',
    ]);
    await expect(rewriteReport(path.join(scratch, 'none'))).rejects.toThrow('summary.json');
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

  it('knows how long an epoch of a run is', async () => {
    const { summary } = checkReport(FIXTURE);
    const [run] = summary.runs;
    const { reproduction } = reproducible('resnet-20');
    const settings = asJson(settingsOfRun(reproduction.runs[0]!, { scale: 1 }));
    const subtitles: string[] = [];
    const resnet = { ...run!, id: 'rewound', settings, iterations: 63_984 };
    await reportOn({ ...summary, name: 'resnet-20', scale: 1, runs: [resnet] }, (chart) => {
      if (chart.kind === 'lines') subtitles.push(chart.subtitle);
      return new Uint8Array();
    });
    expect(subtitles[0]).toContain('Adnan');
    expect(subtitles[0]).not.toContain('Renda');
  });

  it('is refused without a summary, and with one that is none', () => {
    expect(() => checkReport(path.join(scratch, 'none'))).toThrow('summary.json');
    const broken = changed('summary.json', (text) => text.replace('"scale"', '"skale"'));
    expect(() => checkReport(broken)).toThrow('summary.json is no summary of a reproduction');
    const noJson = changed('summary.json', () => '{');
    expect(() => checkReport(noJson)).toThrow('is not JSON');
  });
});
