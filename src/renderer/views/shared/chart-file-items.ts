import type { Catalog } from '../../../shared/contract/records/catalog.ts';
import { formatsFor } from '../../state/export-formats.ts';

interface ChartFileItem {
  readonly label: string;
  readonly hint?: string;
  readonly run: () => void;
}

/** The menu entries that save a chart: one for each format, and one that asks for size and font. */
export function chartFileItems(
  catalog: Catalog | undefined,
  theme: string,
  onsave: (format: string) => void,
  onpaper: () => void,
): ChartFileItem[] {
  return [
    ...formatsFor(catalog, 'chart').map(({ id, label }) => ({
      label,
      ...(theme === 'dark' ? { hint: 'dark' } : {}),
      run: () => onsave(id),
    })),
    { label: 'For a paper…', hint: 'size, font', run: onpaper },
  ];
}
