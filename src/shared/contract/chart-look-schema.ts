import { z } from 'zod';
import {
  CHART_PRESET_IDS,
  type ChartLookChoice,
  LEGEND_PLACES,
} from '../charts/chart-look.ts';

/** How a window wants a chart to be drawn as a file. `chartLook` checks that it is within range. */
export const chartLookChoice = z.strictObject({
  preset: z.enum(CHART_PRESET_IDS).optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  aspect: z.number().optional(),
  fontFamily: z.string().max(200).optional(),
  fontSize: z.number().optional(),
  isTitleShown: z.boolean().optional(),
  legend: z.enum(LEGEND_PLACES).optional(),
  dpi: z.number().optional(),
}) satisfies z.ZodType<ChartLookChoice>;
