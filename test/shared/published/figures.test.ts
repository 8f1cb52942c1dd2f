import { describe, expect, it } from 'vitest';
import { publishedFiles } from '../../../src/main/workbench/published/files.ts';
import { publishedFigures } from '../../../src/shared/published/figures.ts';

const figures = publishedFigures(publishedFiles());
const figure = (experiment: RegExp, label: string) =>
  figures.find((each) => experiment.test(each.experiment) && each.label === label);

describe('the list of published figures', () => {
  it('has every series of every file, with source and how it was read', () => {
    expect(figures).toHaveLength(publishedFiles().flatMap(({ series }) => series).length);
    for (const { source, notes, values } of figures) {
      expect(source).toMatch(/\(arXiv \d{4}\.\d{4,5}\)/);
      expect(notes[0]).toMatch(/^Read: .{10}/);
      expect(values.length).toBeGreaterThan(0);
    }
  });

  it('says what is measured, at which density, and which charts show it', () => {
    expect(figure(/^LeNet/, 'winning tickets')).toMatchObject({
      values: [
        'early stop divided by that of the dense network: 0.62 at density 21.1 %, 1 at density 3.6 %',
        'test accuracy above the dense network: 0.3 points at density 13.5 %, 0 points at density 3.6 %',
      ],
      shownIn: 'In charts of lenet-300-100 on mnist.',
    });
  });

  it('has those that no chart can show, with the reason', () => {
    const synflow = figure(/^VGG-16/, 'SynFlow');
    expect(synflow?.values.at(-1)).toBe('largest compression before a layer collapses: 10^5.92');
    expect(synflow?.source).toContain('run data of the repository');
    expect(synflow?.shownIn).toBe('In no chart: there is no dataset cifar-100.');
    expect(
      figures.find(({ values }) => values[0] === 'stable from: iteration 2,000 at density 100 %'),
    ).toBeDefined();
  });
});
