/** The open view, kept in the address and, across restarts, in the preferences. */
import type { PreferenceStore } from './preferences.svelte.ts';
import { formatRoute, parseRoute, type Route, routeAt } from './route.ts';

export class Router {
  #route = $state.raw<Route>({ view: 'history' });
  #preferences: PreferenceStore;
  #home: Route = { view: 'start' };

  constructor(preferences: PreferenceStore) {
    this.#preferences = preferences;
    window.addEventListener('hashchange', () => {
      this.#take(routeAt(window.location.hash) ?? this.#home);
    });
  }

  get current(): Route {
    return this.#route;
  }

  /**
   * Opens the view in the address, else `first`, else the last one, else `home`, which an address that is
   * emptied later leads to.
   */
  start(home: Route, first?: Route): void {
    this.#home = home;
    const route =
      routeAt(window.location.hash) ??
      first ??
      parseRoute(this.#preferences.get('lastView')) ??
      home;
    this.replace(route);
  }

  go(route: Route): void {
    const hash = formatRoute(route);
    if (hash === window.location.hash) this.#take(route);
    else window.location.hash = hash;
  }

  /** Opens a view without a new entry in the browser's history, such as another tab of a view. */
  replace(route: Route): void {
    window.history.replaceState(undefined, '', formatRoute(route));
    this.#take(route);
  }

  #take(route: Route): void {
    this.#route = route;
    // The setup is left once and for all, and an address without a view is no place to return to.
    const isKept = route.view !== 'setup' && route.view !== 'unknown';
    if (isKept) this.#preferences.set('lastView', formatRoute(route));
  }
}
