import type { HandlerContext } from './context.ts';
import type { HandlersOf } from './handlers.ts';

export function preferenceHandlers({
  store,
  emit,
}: HandlerContext): HandlersOf<'preferences.get' | 'preferences.set'> {
  return {
    'preferences.get': () => store.preferences.all(),
    'preferences.set': async ({ key, value }) => {
      await store.inTurn(() => {
        store.preferences.set(key, value);
      });
      emit({ type: 'preference-changed', key, value });
      return undefined;
    },
  };
}
