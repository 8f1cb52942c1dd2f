import { checkAbsolute } from '../backups/backup-service.ts';
import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

type Names = `backup.${'list' | 'make' | 'inspect' | 'restore' | 'setNightly'}`;

/** Where the host has dialogs, no page names a path: only the user does. */
export function backupHandlers({ backups, host }: HandlerContext): HandlersOf<Names> {
  return {
    'backup.list': () => backups.overview(),
    'backup.make': async ({ path }) => {
      if (!host.pickTarget) {
        return backups.make(path === undefined ? undefined : checkAbsolute(path), false);
      }
      const file = await host.pickTarget(suggestedName());
      // The dialog has asked before it names a file that is there.
      return file === undefined ? undefined : backups.make(file, true);
    },
    'backup.inspect': async ({ name, path }) => {
      if (name !== undefined) return backups.inspect(backups.named(name));
      if (!host.pickPath) return backups.inspect(checkAbsolute(path ?? ''));
      const file = await host.pickPath('file', 'Choose a backup');
      return file === undefined ? undefined : backups.inspect(file);
    },
    'backup.restore': ({ file }) => backups.restore(file),
    'backup.setNightly': async ({ isOn }) => {
      await backups.setNightly(isOn);
      return backups.overview();
    },
  };
}

/** `searches-2026-01-02.sqlite` */
function suggestedName(): string {
  return `searches-${new Date().toISOString().slice(0, 10)}.sqlite`;
}
