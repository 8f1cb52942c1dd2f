/** The light or dark theme: the operating system's unless the user has chosen one. */
import { type ChartTheme, DARK_THEME, LIGHT_THEME } from '../../shared/charts/palette.ts';
import type { PreferenceStore } from './preferences.svelte.ts';

export type ThemeName = 'light' | 'dark';

const THEMES = ['system', 'light', 'dark'] as const;

export class Theme {
  #preferences: PreferenceStore;
  #system = $state<ThemeName>('light');

  constructor(preferences: PreferenceStore, darkQuery: MediaQueryList) {
    this.#preferences = preferences;
    this.#system = darkQuery.matches ? 'dark' : 'light';
    darkQuery.addEventListener('change', ({ matches }) => {
      this.#system = matches ? 'dark' : 'light';
    });
  }

  get choice(): (typeof THEMES)[number] {
    return this.#preferences.get('theme');
  }

  set choice(choice: (typeof THEMES)[number]) {
    this.#preferences.set('theme', choice);
  }

  get name(): ThemeName {
    return this.choice === 'system' ? this.#system : this.choice;
  }

  get charts(): ChartTheme {
    return this.name === 'dark' ? DARK_THEME : LIGHT_THEME;
  }

  /** Cycles through system, light and dark. */
  next(): void {
    this.choice = THEMES[(THEMES.indexOf(this.choice) + 1) % THEMES.length]!;
  }
}
