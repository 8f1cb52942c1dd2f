/** A pen of a canvas that remembers the rectangles it fills. Chart.js may do everything else with it. */

interface FilledRectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly colour: string;
  readonly opacity: number;
}

interface RecordingPen {
  readonly pen: CanvasRenderingContext2D;
  readonly rectangles: readonly FilledRectangle[];
}

/** @param width and height of its canvas. */
export function recordingPen(width = 0, height = 0): RecordingPen {
  const rectangles: FilledRectangle[] = [];
  const styles = { fillStyle: '#000000', globalAlpha: 1 };
  const saved: (typeof styles)[] = [];
  const known: Readonly<Record<string, unknown>> = {
    canvas: { width, height, getContext: () => pen },
    save: () => saved.push({ ...styles }),
    restore: () => Object.assign(styles, saved.pop()),
    measureText: (text: string) => ({ width: 6 * text.length }),
    fillRect: (x: number, y: number, across: number, down: number) => {
      const { fillStyle: colour, globalAlpha: opacity } = styles;
      rectangles.push({ x, y, width: across, height: down, colour, opacity });
    },
  };
  const pen = new Proxy(styles, {
    get: (own, name): unknown => known[String(name)] ?? Reflect.get(own, name) ?? (() => []),
  }) as unknown as CanvasRenderingContext2D;
  return { pen, rectangles };
}
