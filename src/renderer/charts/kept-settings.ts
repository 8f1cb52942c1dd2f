/** View settings that are kept for charts of the same kind: those that show the same against the same. */
import type { WindowChart } from '../../shared/charts/chart-description.ts';
import { DEFAULT_SETTINGS, type ViewSettings } from '../../shared/charts/chart-view.ts';
import { BANDS } from '../../shared/charts/line-chart.ts';
import type { Json, JsonObject } from '../../shared/contract/json.ts';

export function kindOf({ xTitle, yTitle }: Pick<WindowChart, 'xTitle' | 'yTitle'>): string {
  return `${yTitle} / ${xTitle}`;
}

export function settingsAsJson(settings: ViewSettings): JsonObject {
  const { band, smoothing, isXLogarithmic, isYLogarithmic } = settings;
  return {
    band,
    smoothing,
    ...(isXLogarithmic !== undefined && { isXLogarithmic }),
    ...(isYLogarithmic !== undefined && { isYLogarithmic }),
  };
}

/** What does not fit, perhaps from another version, is as it is by default. */
export function settingsFrom(kept: JsonObject | undefined): ViewSettings {
  if (!kept) return DEFAULT_SETTINGS;
  const { band, smoothing, isXLogarithmic, isYLogarithmic } = kept;
  return {
    band: BANDS.find((known) => known === band) ?? DEFAULT_SETTINGS.band,
    smoothing: isSmoothing(smoothing) ? smoothing : DEFAULT_SETTINGS.smoothing,
    ...(typeof isXLogarithmic === 'boolean' && { isXLogarithmic }),
    ...(typeof isYLogarithmic === 'boolean' && { isYLogarithmic }),
  };
}

function isSmoothing(value: Json | undefined): value is number {
  return typeof value === 'number' && value >= 0 && value < 1;
}
