import { describe, expect, it } from 'vitest';
import { SvgContext } from '../../../src/renderer/charts/svg-context.ts';

const context = () =>
  new SvgContext(100, 50, (text) => ({ width: text.length * 6 }) as TextMetrics);

describe('a canvas that writes SVG', () => {
  it('writes points where every transformation has put them', () => {
    const svg = context();
    svg.save();
    svg.translate(10, 5);
    svg.scale(2, 2);
    svg.beginPath();
    svg.moveTo(0, 0);
    svg.lineTo(3, 4);
    svg.stroke();
    svg.restore();
    svg.fillRect(0, 0, 1, 1);
    const text = svg.toSvg('t');
    expect(text).toContain('d="M10 5L16 13"');
    expect(text).toContain('stroke-width="2"');
    expect(text).toContain('d="M0 0L1 0L1 1L0 1Z"');
  });

  it('gives back on restore what was saved', () => {
    const svg = context();
    svg.fillStyle = '#111111';
    svg.save();
    svg.fillStyle = '#222222';
    svg.setLineDash([2, 4]);
    svg.restore();
    expect(svg.fillStyle).toBe('#111111');
    expect(svg.getLineDash()).toEqual([]);
  });

  it('clips what is drawn until it is restored', () => {
    const svg = context();
    svg.save();
    svg.beginPath();
    svg.rect(0, 0, 10, 10);
    svg.clip();
    svg.fillRect(0, 0, 50, 50);
    svg.restore();
    svg.fillRect(0, 0, 5, 5);
    const drawn = svg
      .toSvg('t')
      .split('\n')
      .filter((line) => line.startsWith('<path'));
    expect(drawn.map((line) => line.includes('clip-path="url(#clip1)"'))).toEqual([true, false]);
  });

  it('lets no text break out of its element', () => {
    const svg = context();
    svg.fillText('<script>"&', 1, 2);
    const text = svg.toSvg('a < b');
    expect(text).toContain('&lt;script&gt;&quot;&amp;');
    expect(text).toContain('<title>a &lt; b</title>');
    expect(text).not.toContain('<script');
  });

  it('draws a full circle, which a single arc of SVG cannot', () => {
    const svg = context();
    svg.beginPath();
    svg.arc(10, 10, 5, 0, 2 * Math.PI);
    svg.fill();
    expect(svg.toSvg('t')).toContain('d="M15 10A5 5 0 0 1 5 10A5 5 0 0 1 15 10"');
  });
});
