import { describe, expect, it } from 'vitest';
import { parseColour } from '../../../../src/main/exporters/drawing/colours.ts';
import { Recording } from '../../../../src/main/exporters/drawing/recording.ts';
import { arcSteps, IDENTITY } from '../../../../src/main/exporters/drawing/shapes.ts';
import { svgOf } from '../../../../src/main/exporters/drawing/svg-file.ts';

const asSvg = (recording: Recording): string =>
  svgOf(
    { width: 100, height: 50, background: '#ffffff', shapes: recording.shapes },
    { width: 20, height: 10, fontFamily: 'serif', title: 'A "drawing"' },
  );

describe('a recording', () => {
  it('draws paths where they were when the page was moved and turned', () => {
    const pen = new Recording(100, 50);
    pen.save();
    pen.translate(10, 20);
    pen.rotate(Math.PI / 2);
    pen.strokeStyle = '#0072b2';
    pen.lineWidth = 2;
    pen.setLineDash([4, 2]);
    pen.beginPath();
    pen.moveTo(0, 0);
    pen.lineTo(5, 0);
    pen.stroke();
    pen.restore();
    pen.fillRect(1, 2, 3, 4);
    const svg = asSvg(pen);
    expect(svg).toContain(
      '<path d="M10 20L10 25" fill="none" stroke="#0072b2" stroke-width="2" stroke-dasharray="4 2"/>',
    );
    expect(svg).toContain('<path d="M1 2L4 2L4 6L1 6Z" fill="#000000"/>');
  });

  it('writes texts with their baseline, alignment and turn', () => {
    const pen = new Recording(100, 50);
    pen.font = 'bold 12px serif';
    pen.textAlign = 'center';
    pen.fillText('a < b', 50, 25);
    pen.translate(5, 40);
    pen.rotate(-Math.PI / 2);
    pen.fillText('up', 0, 0);
    const svg = asSvg(pen);
    expect(svg).toContain(
      '<text x="50" y="25" font-size="12" font-weight="bold" text-anchor="middle" fill="#000000">a &lt; b</text>',
    );
    expect(svg).toContain('transform="rotate(-90 5 40)"');
    pen.resetTransform();
    pen.textBaseline = 'top';
    pen.fillText('below', 0, 0);
    const below = pen.shapes.at(-1);
    expect(below?.kind === 'text' && below.place[5]).toBeGreaterThan(8);
  });

  it('clips to every path at once, and to none after it is restored', () => {
    const pen = new Recording(100, 50);
    pen.save();
    for (const width of [10, 20]) {
      pen.beginPath();
      pen.rect(0, 0, width, 5);
      pen.clip();
    }
    pen.fillRect(0, 0, 1, 1);
    pen.restore();
    pen.fillRect(0, 0, 2, 2);
    const svg = asSvg(pen);
    expect(svg.match(/<clipPath id="clip[12]">/g)).toHaveLength(2);
    expect(svg).toMatch(/<g clip-path="url\(#clip2\)"><path [^>]*clip-path="url\(#clip1\)"/);
    expect(svg).toMatch(/<path d="M0 0L2 0L2 2L0 2Z" fill="#000000"\/>/);
  });

  it('leaves out what can’t be seen', () => {
    const pen = new Recording(100, 50);
    pen.fillStyle = 'rgba(0, 0, 0, 0)';
    pen.fillRect(0, 0, 1, 1);
    pen.lineWidth = 0;
    pen.beginPath();
    pen.moveTo(0, 0);
    pen.lineTo(1, 1);
    pen.stroke();
    expect(asSvg(pen)).not.toContain('<path');
  });
});

describe('an arc', () => {
  it('stays on its circle', () => {
    const steps = arcSteps(IDENTITY, 10, 10, 0, 2 * Math.PI, false);
    expect(steps).toHaveLength(5);
    for (const [letter, ...numbers] of steps) {
      if (letter !== 'C') continue;
      expect(Math.hypot(numbers[4]!, numbers[5]!)).toBeCloseTo(10, 10);
    }
  });

  it('goes the way it is told', () => {
    const endOf = (isBackwards: boolean) =>
      arcSteps(IDENTITY, 1, 1, 0, Math.PI / 2, isBackwards).length - 1;
    expect([endOf(false), endOf(true)]).toEqual([1, 3]);
  });
});

it.each([
  ['#0072b22e', '#0072b2', 46 / 255],
  ['#abc', '#aabbcc', 1],
  ['rgb(68, 1, 84)', '#440154', 1],
  ['rgba(0, 0, 0, 0.1)', '#000000', 0.1],
  ['transparent', '#000000', 0],
])('the colour %s is %s with the opacity %d', (colour, opaque, opacity) => {
  expect(parseColour(colour)).toEqual({ opaque, opacity });
});
