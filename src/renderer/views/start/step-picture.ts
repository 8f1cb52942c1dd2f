/** A small network of three layers, some of whose connections survive pruning. */

export interface Connection {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Kept by the mask. */
  readonly isKept: boolean;
}

export interface Unit {
  readonly x: number;
  readonly y: number;
}

const LAYERS = [4, 5, 3];
const WIDTH = 160;
const HEIGHT = 96;

export const UNITS: readonly Unit[] = LAYERS.flatMap((count, layer) =>
  Array.from({ length: count }, (_, index) => ({
    x: 18 + (layer * (WIDTH - 36)) / (LAYERS.length - 1),
    y: ((index + 1) * HEIGHT) / (count + 1),
  })),
);

/** Chosen by eye: a path through every layer. */
const KEPT = new Set(['0-4', '1-6', '2-5', '3-8', '1-4', '4-9', '6-10', '8-11', '5-10']);

const FIRST_UNITS = [0, LAYERS[0]!, LAYERS[0]! + LAYERS[1]!];

export const CONNECTIONS: readonly Connection[] = [0, 1].flatMap((layer) =>
  Array.from({ length: LAYERS[layer]! }, (_, from) =>
    Array.from({ length: LAYERS[layer + 1]! }, (_unit, to) => {
      const [start, end] = [FIRST_UNITS[layer]! + from, FIRST_UNITS[layer + 1]! + to];
      const [one, other] = [UNITS[start]!, UNITS[end]!];
      return {
        x1: one.x,
        y1: one.y,
        x2: other.x,
        y2: other.y,
        isKept: KEPT.has(`${start}-${end}`),
      };
    }),
  ).flat(),
);
