/** Charts as files of a real size, in the hands of the programs that papers are made with. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { chartFile, type ChartFormat } from '../../../src/main/exporters/chart.ts';
import type {
  ChartDescription,
  DrawableChart,
} from '../../../src/shared/charts/chart-description.ts';
import { chartLook, type ChartLookChoice } from '../../../src/shared/contract/chart-look.ts';
import { DARK_THEME, LIGHT_THEME } from '../../../src/shared/charts/palette.ts';
import { missingProgram, outputOf } from '../../support/programs.ts';
import { temporaryFolder } from '../store/samples.ts';

const CHART: ChartDescription = {
  kind: 'lines',
  title: 'Test accuracy of <LeNet> & others',
  subtitle: 'N = 3 replicates',
  xTitle: 'Density: prunable weights kept (%)',
  yTitle: 'Test accuracy (%)',
  x: { isReversed: true, min: 20, max: 100, logarithmicTicks: [100, 50, 20] },
  lines: [
    {
      kind: 'banded',
      label: 'ticket',
      points: [
        { x: 100, mean: 97, min: 96.5, max: 97.5 },
        { x: 50, mean: 97.5, min: 97, max: 98 },
        { x: 20, mean: 96, min: 95, max: 97 },
      ],
      colour: 0,
    },
    { kind: 'reference', label: 'dense', y: 97, from: 100, to: 20 },
    { kind: 'marks', label: 'Frankle & Carbin', points: [{ x: 50, y: 97.2 }], colour: 1 },
  ],
};

const draw = (format: ChartFormat, choice: ChartLookChoice = {}, theme = LIGHT_THEME) =>
  Buffer.from(chartFile({ chart: CHART, theme, look: chartLook(choice) }, format));

const svg = (choice: ChartLookChoice = {}, theme = LIGHT_THEME): string =>
  draw('svg', choice, theme).toString('utf8');

/** What is written on the drawing; its description for those who don't see it does not count. */
const textsOf = (drawing: string): string[] =>
  [...drawing.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);

it('titles of axes are broken into lines where an axis is shorter', () => {
  const yTitle = 'Layer, from the input at the top';
  const low = { ...CHART, xTitle: 'Level', yTitle };
  const linesAt = (height: number): string[] => {
    const exported = { chart: low, theme: LIGHT_THEME, look: chartLook({ width: 84, height }) };
    const drawing = Buffer.from(chartFile(exported, 'svg')).toString('utf8');
    expect(drawing).not.toContain('textLength');
    return textsOf(drawing).filter((text) => yTitle.includes(text) && /[a-z]/.test(text));
  };
  expect(linesAt(100)).toEqual([yTitle]);
  const lines = linesAt(50);
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.join(' ')).toBe(yTitle);
});

describe('the size of a chart on paper', () => {
  it('is in the file: points of a PDF, millimetres of an SVG, pixels per metre of a PNG', () => {
    const look = { preset: 'one-column' } as const;
    const box = /\/MediaBox \[0 ([\d.]+) ([\d.]+) ([\d.]+)\]/.exec(
      draw('pdf', look).toString('latin1'),
    );
    expect(Number(box?.[2])).toBeCloseTo((84 / 25.4) * 72, 1);
    expect(Number(box?.[3]) - Number(box?.[1])).toBeCloseTo((63 / 25.4) * 72, 2);
    expect(svg(look)).toMatch(/<svg [^>]*width="84mm" height="63mm"/);
    const png = decode(draw('png', look));
    expect([png.width, png.height]).toEqual([992, 744]);
    expect(png.resolution).toEqual({ x: 11_811, y: 11_811, unit: 1 });
  });

  it('follows the width that is asked for, and the resolution', () => {
    expect(svg({ preset: 'one-column', width: 120 })).toMatch(/width="120mm" height="90mm"/);
    expect(svg({ width: 100, aspect: 2 })).toMatch(/width="100mm" height="50mm"/);
    expect(decode(draw('png', { preset: 'two-columns', dpi: 96 })).width).toBe(658);
  });
});

describe('a legend of many lines', () => {
  const many: ChartDescription = {
    ...CHART,
    lines: Array.from({ length: 40 }, (_, index) => ({
      kind: 'line' as const,
      label: `learning rate 0.${String(index + 10)}, batch size 60`,
      points: [{ x: 50, y: index }],
      colour: index,
    })),
  };

  it.each(['top', 'bottom', 'right'] as const)(
    '%s makes the page higher, and is all there',
    (legend) => {
      const look = chartLook({ preset: 'one-column', legend });
      const exported = { chart: many, theme: LIGHT_THEME, look };
      const drawing = Buffer.from(chartFile(exported, 'svg')).toString('utf8');
      const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(drawing) ?? [];
      expect(Number(height)).toBeGreaterThan(Number(width));
      const [, millimetres] = /height="([\d.]+)mm"/.exec(drawing) ?? [];
      expect(Number(millimetres)).toBeCloseTo((Number(height) / 96) * 25.4, 1);
      const names = drawing.split('\n').filter((line) => line.includes('learning rate'));
      expect(names).toHaveLength(40);
      // Each lies within the part that the legend is clipped to.
      for (const name of names) {
        const y = Number(/<text x="[-\d.]+" y="([-\d.]+)"/.exec(name)?.[1]);
        const [, id] = /clip-path="url\(#(clip\d+)\)"/.exec(name) ?? [];
        const [, path] = new RegExp(`id="${id ?? ''}"><path d="([^"]+)"`).exec(drawing) ?? [];
        const ys = [...(path ?? '').matchAll(/[ML][-\d.]+ ([-\d.]+)/g)].map(([, each]) =>
          Number(each),
        );
        expect(y).toBeGreaterThan(Math.min(...ys));
        expect(y).toBeLessThan(Math.max(...ys));
      }
      const png = decode(Buffer.from(chartFile(exported, 'png')));
      expect(png.width).toBe(992);
      expect(png.height).toBe(Math.round((Number(millimetres) / 25.4) * 300));
    },
  );

  it('leaves the page as it is where there is room', () => {
    expect(svg({ preset: 'one-column' })).toMatch(/width="84mm" height="63mm"/);
  });
});

describe('the look of a chart in a file', () => {
  it('has its text as text, once, in the font and size that were chosen', () => {
    const texts = textsOf(svg());
    for (const text of ['Test accuracy (%)', 'ticket', 'dense', 'Frankle &amp; Carbin', '50']) {
      expect(texts.filter((each) => each === text)).toHaveLength(1);
    }
    const drawing = svg({ fontFamily: 'Times New Roman', fontSize: 12 });
    expect(drawing).toContain(`font-family="'Times New Roman', Times, `);
    expect(drawing).toMatch(/font-family="[^"]*, serif"/);
    expect(svg({ fontFamily: 'Courier New' })).toMatch(
      /font-family="'Courier New', [^"]*, monospace"/,
    );
    expect(svg({ fontFamily: 'Fira Sans' })).toContain(`font-family="'Fira Sans', Helvetica, `);
    expect(drawing).toContain('font-size="16"');
    expect(svg({ fontFamily: 'serif' })).toMatch(/font-family="[^"]*, serif"/);
  });

  it('leaves title and legend out where they are not wanted', () => {
    const whole = textsOf(svg());
    expect(whole).toContain('Test accuracy of &lt;LeNet&gt; &amp; others');
    expect(whole).toContain('N = 3 replicates');
    const bare = textsOf(svg({ isTitleShown: false, legend: 'none' }));
    for (const text of [
      'Test accuracy of &lt;LeNet&gt; &amp; others',
      'N = 3 replicates',
      'ticket',
    ]) {
      expect(bare).not.toContain(text);
    }
  });

  it('puts the legend where it is wanted', () => {
    const placeOf = (legend: 'top' | 'bottom' | 'right') => {
      const [, x, y] = /<text x="([\d.]+)" y="([\d.]+)"[^>]*>dense</.exec(svg({ legend })) ?? [];
      return { x: Number(x), y: Number(y) };
    };
    expect(placeOf('bottom').y).toBeGreaterThan(placeOf('top').y + 200);
    expect(placeOf('right').x).toBeGreaterThan(placeOf('top').x + 150);
  });

  it('breaks a title that is wider than the page', () => {
    const look = { width: 60, isTitleShown: true };
    const title = textsOf(svg(look)).filter((text) => /accuracy of|LeNet|others/.test(text));
    expect(title.length).toBeGreaterThan(1);
    expect(title.join(' ')).toBe('Test accuracy of &lt;LeNet&gt; &amp; others');
  });

  it('draws every row of a picture, also where rows are lower than a pixel of the window', () => {
    const rows = 256;
    const picture: DrawableChart = {
      kind: 'picture',
      title: 'Mask',
      subtitle: 'N = 1',
      xTitle: 'Input',
      yTitle: 'Output',
      width: 1,
      height: rows,
      extent: { left: 0, right: 1, top: rows, bottom: 0 },
      layers: [
        {
          label: 'Kept weights',
          colour: 0,
          // Neighbours differ, so that each is a cell of its own.
          values: Uint8Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? 255 : 128)),
          most: 1,
        },
      ],
      x: { min: 0, max: 1 },
      y: { min: 0, max: rows },
    };
    const look = chartLook({ preset: 'one-column' });
    const drawing = Buffer.from(chartFile({ chart: picture, theme: LIGHT_THEME, look }, 'svg'));
    const heights = [
      ...drawing
        .toString('utf8')
        .matchAll(/<path d="M[\d.]+ ([\d.]+)L[\d.]+ [\d.]+L[\d.]+ ([\d.]+)L/g),
    ]
      .map(([, top, bottom]) => Math.abs(Number(bottom) - Number(top)))
      .filter((height) => height < 2);
    expect(heights.filter((height) => height > 0)).toHaveLength(rows);
  });

  it('has the colours of its theme', () => {
    expect(svg()).toContain(`fill="${LIGHT_THEME.background}"`);
    expect(svg({}, DARK_THEME)).toContain(`fill="${DARK_THEME.background}"`);
  });
});

it.each(['pdf', 'svg', 'png'] as const)('equal charts are equal %s files', (format) => {
  const first = draw(format);
  draw(format, { preset: 'one-column' });
  expect(draw(format).equals(first)).toBe(true);
});

describe('in other programs', () => {
  const write = (format: ChartFormat): string => {
    const file = path.join(temporaryFolder(), `chart.${format}`);
    writeFileSync(file, draw(format, { preset: 'one-column', isTitleShown: true }));
    return file;
  };

  it('a PDF has its size, its text to select, and its fonts within', ({ skip }) => {
    const reason = missingProgram('pdftotext', 'poppler-utils');
    if (reason !== undefined) skip(reason);
    const file = write('pdf');
    expect(outputOf('pdfinfo', [file])).toMatch(
      /Pages: +1\n[^]*Page size: +238\.1\d* x 178\.5\d* pts/,
    );
    const text = outputOf('pdftotext', [file, '-']);
    for (const part of ['Test accuracy (%)', 'Frankle & Carbin', 'N = 3 replicates']) {
      expect(text).toContain(part);
    }
    const fonts = outputOf('pdffonts', [file]).trim().split('\n').slice(2);
    expect(fonts.length).toBeGreaterThan(0);
    // The columns: …, embedded, subset, with Unicode, object.
    for (const font of fonts) expect(font).toMatch(/ yes (yes|no) +yes +\d+ +\d+$/);
  });

  it('a PDF is drawn', ({ skip }) => {
    const reason = missingProgram('pdftoppm', 'poppler-utils');
    if (reason !== undefined) skip(reason);
    const file = write('pdf');
    outputOf('pdftoppm', ['-r', '300', '-png', '-singlefile', file, file]);
    expectPicture(`${file}.png`);
  });

  it('an SVG is drawn', ({ skip }) => {
    const reason = missingProgram('rsvg-convert', 'librsvg2-bin');
    if (reason !== undefined) skip(reason);
    const file = write('svg');
    outputOf('rsvg-convert', ['--dpi-x', '300', '--dpi-y', '300', '-o', `${file}.png`, file]);
    expectPicture(`${file}.png`);
  });
});

/** 84 mm by 63 mm at 300 dpi, with the blue of the first line and the black of text on white. */
function expectPicture(file: string): void {
  const { width, height, data, channels } = decode(readFileSync(file));
  expect(Math.abs(width - 992)).toBeLessThanOrEqual(2);
  expect(Math.abs(height - 744)).toBeLessThanOrEqual(2);
  const seen = { blue: 0, dark: 0, white: 0 };
  for (let at = 0; at < data.length; at += channels) {
    const [red = 0, green = 0, blue = 0] = data.slice(at, at + 3);
    if (red < 40 && green > 90 && green < 140 && blue > 150) seen.blue += 1;
    if (red < 60 && green < 60 && blue < 60) seen.dark += 1;
    if (red > 250 && green > 250 && blue > 250) seen.white += 1;
  }
  expect(seen.blue).toBeGreaterThan(500);
  expect(seen.dark).toBeGreaterThan(500);
  expect(seen.white).toBeGreaterThan(100_000);
}
