import { parseSettings, type WrittenSettings } from '../../../shared/domain/settings.ts';
import { checkPlugIns, missingEntries } from '../plug-ins/used.ts';
import { registries } from '../settings/registries.ts';
import { settingsCommand } from '../settings/settings-command.ts';
import { changedRow, type HandlerContext, rowOf } from './context.ts';
import type { HandlersOf } from './handlers.ts';

type Names =
  `search.${'launch' | 'pause' | 'resume' | 'stop' | 'previewExtension' | 'extend' | 'advice' | 'clone' | 'command'}`;

/** Starting, pausing and ending searches. */
export function searchHandlers(context: HandlerContext): HandlersOf<Names> {
  const { store, workbench, queue } = context;
  return {
    'search.launch': async ({ settings, name, workers }) => {
      const { id } = await workbench.planner.create(parseSettings(registries, settings), name);
      await queue.add(id, workers);
      return rowOf(context, id);
    },
    'search.pause': async ({ id }) => {
      await queue.pause(id);
      return rowOf(context, id);
    },
    'search.resume': async ({ id, workers }) => {
      await queue.resume(id, workers);
      return rowOf(context, id);
    },
    'search.stop': async ({ id, when }) => {
      await queue.stop(id, when);
      return rowOf(context, id);
    },
    'search.previewExtension': ({ id, extension, workers }) =>
      workbench.planner.previewExtension(id, extension, workers),
    'search.extend': async ({ id, extension, workers }) => {
      const search = await workbench.planner.extend(id, extension);
      await queue.add(search.id, workers);
      return changedRow(context, search.id);
    },
    'search.advice': ({ id, workers }) => workbench.advisor.adviseOn(id, workers),
    'search.clone': ({ id }) => {
      const search = store.searches.get(id);
      const { name, written } = search;
      // The form shows what is wrong with an entry that is not loaded, and offers others.
      const isUnknown = missingEntries(search).some(({ reason }) => reason === 'not-loaded');
      return { name: cloneName(name), settings: isUnknown ? written : withNewerSettings(written) };
    },
    'search.command': ({ id }) => {
      const search = store.searches.get(id);
      const { name, written } = search;
      checkPlugIns(
        search,
        store.directory,
        (written.analyses ?? []).map((choice) => choice.id),
      );
      return settingsCommand(withNewerSettings(written), name);
    },
  };
}

/** A search may be older than some of today's settings. Their defaults do not change it. */
function withNewerSettings(written: WrittenSettings): WrittenSettings {
  return parseSettings(registries, written);
}

/** `quick`, `quick (2)`, `quick (3)`… */
function cloneName(name: string): string {
  const counted = /^(?<stem>.*) \((?<count>\d+)\)$/.exec(name)?.groups;
  if (!counted) return `${name} (2)`;
  return `${counted['stem'] ?? ''} (${Number(counted['count']) + 1})`;
}
