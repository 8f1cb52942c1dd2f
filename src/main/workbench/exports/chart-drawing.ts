/** What can be chosen of any chart that is exported. */
import { chartLook, type ChartLookChoice } from '../../../shared/contract/chart-look.ts';
import type { DrawableChart } from '../../../shared/charts/chart-description.ts';
import { CHART_THEMES, type ChartThemeName } from '../../../shared/charts/palette.ts';
import type { MarkerSources } from '../../../shared/published/markers.ts';
import type { OwnSeries } from '../../../shared/published/schema.ts';
import type { ExportedChart } from '../../exporters/exporter.ts';
import { publishedFiles } from '../published/files.ts';

export interface ChartDrawing {
  /** Size, fonts, title and legend. Default: those of the preset `page`. */
  readonly look?: ChartLookChoice | undefined;
  /** Default: light, as in papers. */
  readonly theme?: ChartThemeName | undefined;
}

/** The points of others beside the lines of a chart. */
export interface ChartPoints {
  readonly isPublishedShown: boolean;
  readonly own: readonly OwnSeries[];
}

/** What can be chosen of a report, and of its charts against density. */
export interface ReportChoice {
  /** In charts against density. Default: the published figures that fit. */
  readonly points?: ChartPoints | undefined;
  /** The methods paragraph, in Markdown. Default: written from the settings. Empty: no such section. */
  readonly methods?: string | undefined;
}

/** @throws WorkbenchError `invalid-argument` for a look that is out of range. */
export function drawnAs(
  chart: DrawableChart,
  { look, theme = 'light' }: ChartDrawing,
): ExportedChart {
  return { chart, theme: CHART_THEMES[theme], look: chartLook(look) };
}

export function sourcesOf(
  { isPublishedShown, own }: ChartPoints = { isPublishedShown: true, own: [] },
): MarkerSources {
  return { published: isPublishedShown ? publishedFiles() : [], own };
}
