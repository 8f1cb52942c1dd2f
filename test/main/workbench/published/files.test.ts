import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  publishedFileNames,
  publishedFiles,
} from '../../../../src/main/workbench/published/files.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { presets } from '../../../../src/main/workbench/settings/presets.ts';
import { TICKET_BRANCH } from '../../../../src/shared/domain/training.ts';
import { isDrawn } from '../../../../src/shared/published/markers.ts';
import { publishedFileSchema, sourceOf } from '../../../../src/shared/published/schema.ts';

const FOLDER = new URL('../../../../resources/published/', import.meta.url);

describe('published figures', () => {
  it('are read from every file of the folder', () => {
    const inFolder = readdirSync(FOLDER).map((name) => name.replace(/\.json$/, ''));
    expect(publishedFileNames().toSorted()).toEqual(inFolder.toSorted());
    expect(publishedFiles()).toHaveLength(inFolder.length);
  });

  it('name their paper, its place and how they were read', () => {
    for (const file of publishedFiles()) {
      for (const series of file.series) {
        expect(sourceOf(file, series)).toMatch(/ \d{4}, .+ \(arXiv \d{4}\.\d{4,5}\)/);
        expect(series.reading.length).toBeGreaterThan(10);
      }
    }
  });

  it('have densities in (0, 1] and accuracies as fractions', () => {
    const points = publishedFiles().flatMap(({ series }) => series.flatMap((each) => each.points));
    expect(points.length).toBeGreaterThan(80);
    for (const { density = 1, measure, value } of points) {
      expect(density).toBeGreaterThan(0);
      expect(density).toBeLessThanOrEqual(1);
      if (measure.startsWith('test-accuracy')) expect(Math.abs(value)).toBeLessThanOrEqual(1);
    }
  });

  it('name only strategies, schedules and presets that there are', () => {
    const known = (kind: 'strategies' | 'pruningSchedules'): string[] =>
      registries[kind].entries.map(({ id }) => id);
    for (const { series, reproduction } of publishedFiles()) {
      for (const { belongsTo } of series) {
        expect(known('strategies')).toEqual(expect.arrayContaining([...belongsTo.strategies]));
        expect(known('pruningSchedules')).toEqual(expect.arrayContaining([...belongsTo.schedules]));
      }
      const used = (reproduction?.runs ?? []).map(({ preset }) => preset);
      expect(presets().map(({ id }) => id)).toEqual(expect.arrayContaining(used));
    }
  });

  it('say why no chart shows them exactly where none can', () => {
    const isKnown = (kind: 'architectures' | 'datasets' | 'branches', id: string): boolean =>
      registries[kind].entries.some((entry) => entry.id === id);
    for (const { series } of publishedFiles()) {
      for (const { id, belongsTo, points, inNoChart } of series) {
        const { architecture, dataset, branch } = belongsTo;
        const canBeShown =
          isKnown('architectures', architecture) &&
          isKnown('datasets', dataset) &&
          (branch === TICKET_BRANCH || isKnown('branches', branch)) &&
          points.some(({ measure }) => isDrawn(measure));
        expect([id, inNoChart === undefined]).toEqual([id, canBeShown]);
      }
    }
  });

  it('are refused with a density above 1, without a paper, with a claim of no run, and if there are none', () => {
    const text = readFileSync(new URL('lenet-300-100.json', FOLDER), 'utf8');
    const isValid = (changed: string) => publishedFileSchema.safeParse(JSON.parse(changed)).success;
    expect(isValid(text)).toBe(true);
    expect(isValid(text.replace('"density": 0.211', '"density": 21.1'))).toBe(false);
    expect(isValid(text.replace('"paper": "frankle-carbin"', '"paper": "nobody"'))).toBe(false);
    expect(isValid(text.replace('"run": "iterative"', '"run": "none"'))).toBe(false);
    expect(isValid(text.replace('"where": "section 2, figure 4",', ''))).toBe(false);
    const { title, papers } = publishedFileSchema.parse(JSON.parse(text));
    expect(isValid(JSON.stringify({ title, papers, series: [] }))).toBe(false);
  });
});
