import { AUTOMATIC_ENGINE, MEASURED_ENGINE } from '../../../shared/domain/engine.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import type { WrittenSettings } from '../../../shared/domain/settings.ts';
import type { Store } from '../../store/store.ts';

/**
 * The settings as written, and the engine that was chosen for each level. Run anywhere, they give
 * the bits of this search.
 */
export function settingsWithEngines(
  store: Pick<Store, 'engines'>,
  { id, written }: SearchRecord,
): WrittenSettings {
  const chosen = store.engines.ofSearch(id);
  const engines = Array.from(chosen.keys())
    .toSorted((one, other) => one - other)
    .flatMap((level) => chosen.get(level) ?? []);
  const { engine } = written.training;
  const isChoice = engine === AUTOMATIC_ENGINE || engine === MEASURED_ENGINE;
  if (!isChoice || engines.length === 0) return written;
  return { ...written, training: { ...written.training, engines } };
}
