/** The commands of the palette for menus of charts and tables on the page. */
import type { MenuItem } from '../ui/menu-item.ts';
import type { Command } from './command.ts';

export interface ShownMenu {
  /** What the items are about: a chart or a table. */
  readonly about: string;
  readonly items: readonly MenuItem[];
}

/** Named after what they are about, and the heading above them. Of equal names, the first is taken. */
export function menuCommands(menus: Iterable<ShownMenu>): Command[] {
  const commands = new Map<string, Command>();
  for (const { about, items } of menus) {
    let heading = '';
    for (const item of items) {
      if ('heading' in item) {
        heading = item.heading;
        continue;
      }
      const label = `${about}: ${[heading, item.label].filter((part) => part !== '').join(', ')}`;
      if (item.isDisabled === true || commands.has(label)) continue;
      const { icon = 'settings', hint, run } = item;
      commands.set(label, {
        id: `menu-${label}`,
        label,
        icon,
        ...(hint === undefined ? {} : { hint }),
        run,
      });
    }
  }
  return [...commands.values()];
}
