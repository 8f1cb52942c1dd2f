/**
 * A canvas that writes SVG: as much of the 2D context as Chart.js's line charts draw with. Text stays
 * text, so that a figure can be edited; its widths are measured by a real canvas.
 */

interface Look {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  lineCap: string;
  lineJoin: string;
  miterLimit: number;
  lineDashOffset: number;
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
}

interface Saved {
  readonly look: Look;
  readonly dash: readonly number[];
  readonly matrix: Matrix;
  readonly clip: string | undefined;
}

/** `[a, b, c, d, e, f]` as in SVG's `matrix(…)`. */
type Matrix = readonly [number, number, number, number, number, number];

const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

const ANCHORS: Partial<Record<CanvasTextAlign, string>> = {
  center: 'middle',
  right: 'end',
  end: 'end',
};

/** How far below the given point the baseline lies, of the font's size. */
const BASELINE_SHIFTS: Partial<Record<CanvasTextBaseline, number>> = {
  top: 0.8,
  hanging: 0.8,
  middle: 0.33,
  bottom: -0.21,
  ideographic: -0.21,
};

export class SvgContext implements Look {
  fillStyle = '#000000';
  strokeStyle = '#000000';
  lineWidth = 1;
  lineCap = 'butt';
  lineJoin = 'miter';
  miterLimit = 10;
  lineDashOffset = 0;
  globalAlpha = 1;
  font = '10px sans-serif';
  textAlign: CanvasTextAlign = 'start';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  /** Chart.js looks it up. */
  canvas: unknown;
  #width: number;
  #height: number;
  #measure: (text: string, font: string) => TextMetrics;
  #dash: readonly number[] = [];
  #matrix: Matrix = IDENTITY;
  #clip: string | undefined;
  #saved: Saved[] = [];
  #path: string[] = [];
  #elements: string[] = [];
  #clips = 0;

  constructor(width: number, height: number, measure: (text: string, font: string) => TextMetrics) {
    this.#width = width;
    this.#height = height;
    this.#measure = measure;
  }

  toSvg(title: string): string {
    const size = `width="${this.#width}" height="${this.#height}" viewBox="0 0 ${this.#width} ${this.#height}"`;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">`,
      `<title>${escaped(title)}</title>`,
      ...this.#elements,
      '</svg>',
      '',
    ].join('\n');
  }

  save(): void {
    this.#saved.push({
      look: this.#look(),
      dash: this.#dash,
      matrix: this.#matrix,
      clip: this.#clip,
    });
  }

  restore(): void {
    const saved = this.#saved.pop();
    if (!saved) return;
    Object.assign(this, saved.look);
    this.#dash = saved.dash;
    this.#matrix = saved.matrix;
    this.#clip = saved.clip;
  }

  translate(x: number, y: number): void {
    this.transform(1, 0, 0, 1, x, y);
  }

  scale(x: number, y: number): void {
    this.transform(x, 0, 0, y, 0, 0);
  }

  rotate(angle: number): void {
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    this.transform(cosine, sine, -sine, cosine, 0, 0);
  }

  transform(a: number, b: number, c: number, d: number, e: number, f: number): void {
    const [a0, b0, c0, d0, e0, f0] = this.#matrix;
    this.#matrix = [
      a0 * a + c0 * b,
      b0 * a + d0 * b,
      a0 * c + c0 * d,
      b0 * c + d0 * d,
      a0 * e + c0 * f + e0,
      b0 * e + d0 * f + f0,
    ];
  }

  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void {
    this.#matrix = [a, b, c, d, e, f];
  }

  resetTransform(): void {
    this.#matrix = IDENTITY;
  }

  beginPath(): void {
    this.#path = [];
  }

  closePath(): void {
    if (this.#path.length > 0) this.#path.push('Z');
  }

  moveTo(x: number, y: number): void {
    this.#path.push(`M${this.#at(x, y)}`);
  }

  lineTo(x: number, y: number): void {
    this.#path.push(`${this.#path.length === 0 ? 'M' : 'L'}${this.#at(x, y)}`);
  }

  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void {
    this.#path.push(`C${this.#at(x1, y1)} ${this.#at(x2, y2)} ${this.#at(x, y)}`);
  }

  quadraticCurveTo(x1: number, y1: number, x: number, y: number): void {
    this.#path.push(`Q${this.#at(x1, y1)} ${this.#at(x, y)}`);
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#path.push(this.#rectangle(x, y, width, height));
  }

  /** In two halves at most: an arc that ends where it begins is none in SVG. */
  arc(x: number, y: number, radius: number, start: number, end: number, isBackwards = false): void {
    const full = 2 * Math.PI;
    const turn = isBackwards
      ? -(((start - end) % full) + full) % full
      : (((end - start) % full) + full) % full;
    const sweep = Math.abs(end - start) >= full ? (isBackwards ? -full : full) : turn;
    const point = (angle: number) =>
      this.#at(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
    const size = radius * this.#scale();
    this.#path.push(`${this.#path.length === 0 ? 'M' : 'L'}${point(start)}`);
    for (const angle of [start + sweep / 2, start + sweep]) {
      this.#path.push(
        `A${rounded(size)} ${rounded(size)} 0 0 ${isBackwards ? 0 : 1} ${point(angle)}`,
      );
    }
  }

  fill(): void {
    this.#draw(this.#path.join(''), { fill: this.fillStyle });
  }

  stroke(): void {
    this.#draw(this.#path.join(''), this.#strokeAttributes());
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.#draw(this.#rectangle(x, y, width, height), { fill: this.fillStyle });
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    const isLine = width === 0 || height === 0;
    const path = isLine
      ? `M${this.#at(x, y)}L${this.#at(x + width, y + height)}`
      : this.#rectangle(x, y, width, height);
    this.#draw(path, this.#strokeAttributes());
  }

  /** Chart.js clears before it draws; there is nothing to clear. */
  clearRect(): void {
    return;
  }

  clip(): void {
    this.#clips += 1;
    const id = `clip${this.#clips}`;
    const outer = this.#clip === undefined ? '' : ` clip-path="url(#${this.#clip})"`;
    this.#elements.push(
      `<clipPath id="${id}"><path d="${this.#path.join('')}"${outer}/></clipPath>`,
    );
    this.#clip = id;
  }

  setLineDash(dash: readonly number[]): void {
    this.#dash = [...dash];
  }

  getLineDash(): number[] {
    return [...this.#dash];
  }

  measureText(text: string): TextMetrics {
    return this.#measure(text, this.font);
  }

  fillText(text: string, x: number, y: number): void {
    this.#text(text, x, y, { fill: this.fillStyle });
  }

  strokeText(text: string, x: number, y: number): void {
    this.#text(text, x, y, this.#strokeAttributes());
  }

  #text(text: string, x: number, y: number, attributes: Attributes): void {
    const { size, weight, family } = parsedFont(this.font);
    const [a, b, c, d, e, f] = this.#matrix.map(rounded) as unknown as Matrix;
    const isMoved = this.#matrix !== IDENTITY;
    this.#elements.push(
      element(
        'text',
        {
          ...attributes,
          x: rounded(x),
          y: rounded(y + (BASELINE_SHIFTS[this.textBaseline] ?? 0) * size),
          'font-family': family,
          'font-size': size,
          'font-weight': weight === 'normal' ? undefined : weight,
          'text-anchor': ANCHORS[this.textAlign],
          transform: isMoved ? `matrix(${[a, b, c, d, e, f].join(' ')})` : undefined,
          ...this.#shared(),
        },
        text,
      ),
    );
  }

  #draw(path: string, attributes: Attributes): void {
    if (path === '') return;
    this.#elements.push(element('path', { d: path, ...attributes, ...this.#shared() }));
  }

  #strokeAttributes(): Attributes {
    const scale = this.#scale();
    return {
      fill: 'none',
      stroke: this.strokeStyle,
      'stroke-width': rounded(this.lineWidth * scale),
      'stroke-linecap': this.lineCap === 'butt' ? undefined : this.lineCap,
      'stroke-linejoin': this.lineJoin === 'miter' ? undefined : this.lineJoin,
      'stroke-dasharray': this.#dash.length === 0 ? undefined : this.#dash.join(' '),
      'stroke-dashoffset': this.lineDashOffset === 0 ? undefined : this.lineDashOffset,
    };
  }

  #shared(): Attributes {
    return {
      opacity: this.globalAlpha === 1 ? undefined : this.globalAlpha,
      'clip-path': this.#clip === undefined ? undefined : `url(#${this.#clip})`,
    };
  }

  #rectangle(x: number, y: number, width: number, height: number): string {
    const corners = [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
    ] as const;
    return `M${corners.map(([left, top]) => this.#at(left, top)).join('L')}Z`;
  }

  /** Points are written as they lie on the page, after every transformation. */
  #at(x: number, y: number): string {
    const [a, b, c, d, e, f] = this.#matrix;
    return `${rounded(a * x + c * y + e)} ${rounded(b * x + d * y + f)}`;
  }

  #scale(): number {
    const [a, b, c, d] = this.#matrix;
    return Math.sqrt(Math.abs(a * d - b * c));
  }

  #look(): Look {
    const { fillStyle, strokeStyle, lineWidth, lineCap, lineJoin, miterLimit } = this;
    const { lineDashOffset, globalAlpha, font, textAlign, textBaseline } = this;
    return {
      fillStyle,
      strokeStyle,
      lineWidth,
      lineCap,
      lineJoin,
      miterLimit,
      lineDashOffset,
      globalAlpha,
      font,
      textAlign,
      textBaseline,
    };
  }
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

function element(name: string, attributes: Attributes, text?: string): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join('');
  return text === undefined
    ? `<${name}${written}/>`
    : `<${name}${written}>${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** To a hundredth of a pixel. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** `normal bold 16px sans-serif` */
function parsedFont(font: string): { size: number; weight: string; family: string } {
  const match = /^(.*?)([\d.]+)px(?:\/\S+)?\s+(.+)$/.exec(font);
  return {
    size: Number(match?.[2] ?? 10),
    weight: /bold|[1-9]00/.exec(match?.[1] ?? '')?.[0] ?? 'normal',
    family: match?.[3] ?? 'sans-serif',
  };
}
