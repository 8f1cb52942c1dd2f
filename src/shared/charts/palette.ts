/** The colours and dashes of all charts. */

export interface ChartTheme {
  readonly text: string;
  readonly grid: string;
  readonly background: string;
  /** The colours of lines, in order. People with any kind of colour vision can tell them apart. */
  readonly series: readonly string[];
  /** The colours of lines that belong to two searches at once; none of them is in `series`. */
  readonly pairs: readonly string[];
  /** The colour of the line that others are compared with. */
  readonly reference: string;
}

/** Okabe & Ito 2008. */
const OKABE_ITO = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

export const LIGHT_THEME: ChartTheme = {
  text: '#1f2328',
  grid: '#d8dee4',
  background: '#ffffff',
  series: [...OKABE_ITO, '#000000', '#7f7f7f'],
  pairs: ['#332288', '#8c510a', '#0f5c5c', '#999933', '#882255', '#8f63d9', '#d4268a'],
  reference: '#6e7781',
};

/** The same colours, except for those that would be lost on a dark background. */
export const DARK_THEME: ChartTheme = {
  text: '#e6edf3',
  grid: '#373e47',
  background: '#0d1117',
  series: ['#3d9bd9', ...OKABE_ITO.slice(1, 5), '#8fd0f5', '#ffffff', '#a0a0a0'],
  pairs: ['#8f86ff', '#c99a66', '#4fb8b8', '#c9c95a', '#d6336c', '#b794f6', '#ff6fd0'],
  reference: '#9ba5b2',
};

export const CHART_THEME_NAMES = ['light', 'dark'] as const;
export type ChartThemeName = (typeof CHART_THEME_NAMES)[number];

export const CHART_THEMES: Readonly<Record<ChartThemeName, ChartTheme>> = {
  light: LIGHT_THEME,
  dark: DARK_THEME,
};

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

/** The dashes of the second line of a pair. */
export const PAIR_DASH = [2, 3];

export function seriesColour(theme: ChartTheme, index: number): string {
  return theme.series[index % theme.series.length]!;
}

export function pairColour(theme: ChartTheme, index: number): string {
  return theme.pairs[index % theme.pairs.length]!;
}

/** Differ among the lines of the same series colour: 32 lines differ in colour or dashes. */
export function seriesDash(index: number): number[] {
  return dashAmong(index, LIGHT_THEME.series.length);
}

/** As `seriesDash`, among the lines of the same pair colour: 28 pairs, those of 8 searches, differ. */
export function pairDash(index: number): number[] {
  return dashAmong(index, LIGHT_THEME.pairs.length);
}

/** Dashes for a place in an order, where colours already say something else. */
const ORDER_DASHES: readonly (readonly number[])[] = [
  [],
  [7, 3],
  [2, 2],
  [8, 3, 2, 3],
  [14, 4],
  [2, 6],
  [14, 3, 2, 3, 2, 3],
  [5, 8],
];

export function orderDash(index: number): number[] {
  return [...ORDER_DASHES[index % ORDER_DASHES.length]!];
}

function dashAmong(index: number, colours: number): number[] {
  const round = Math.floor(index / colours);
  return [...DASHES[((index % colours) + round) % DASHES.length]!];
}

/** The colour with less ink. @param opacity 0..1. */
export function faded(colour: string, opacity: number): string {
  if (!colour.startsWith('#')) return colour.replace('rgb(', 'rgba(').replace(')', `, ${opacity})`);
  return `${colour}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`;
}

/**
 * Colours for an ordered quantity such as levels: stops of viridis (Smith & van der Walt 2015). People
 * with any kind of colour vision see them in the same order.
 */
const VIRIDIS = [
  [68, 1, 84],
  [65, 68, 135],
  [42, 120, 142],
  [34, 168, 132],
  [122, 209, 81],
  [253, 231, 37],
] as const;

/** @param position 0..1. The end of the scale that is too close to the background is not used. */
export function orderedColour(theme: ChartTheme, position: number): string {
  const isDark = theme === DARK_THEME;
  const clear = isDark ? 0.4 + 0.6 * position : 0.75 * position;
  const at = clear * (VIRIDIS.length - 1);
  const lower = VIRIDIS[Math.min(Math.floor(at), VIRIDIS.length - 2)]!;
  const upper = VIRIDIS[Math.min(Math.floor(at) + 1, VIRIDIS.length - 1)]!;
  const share = Math.min(at - Math.floor(at) + (at >= VIRIDIS.length - 1 ? 1 : 0), 1);
  const channels = lower.map((value, channel) =>
    Math.round(value + share * (upper[channel]! - value)),
  );
  return `rgb(${channels.join(', ')})`;
}
