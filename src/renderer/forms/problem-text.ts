import type { SettingsProblem } from '../../shared/contract/errors.ts';

/** Drops the path from a problem's message, which is shown next to the field. */
export function withoutPath({ path, message }: SettingsProblem): SettingsProblem {
  return {
    path,
    message: message.startsWith(`${path} `) ? message.slice(path.length + 1) : message,
  };
}
