/** Limits how often an action runs that is requested more often than needed. */

/** Runs `action` once no request has come for `milliseconds`; `cancel` drops it. */
export function debounced(action: () => void, milliseconds: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    request: (): void => {
      clearTimeout(timer);
      timer = setTimeout(action, milliseconds);
    },
    cancel: (): void => clearTimeout(timer),
  };
}

/** Runs `action` at most once every `milliseconds`, and always after the last request. */
export function throttled(action: () => void, milliseconds: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    request: (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        action();
      }, milliseconds);
    },
    cancel: (): void => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

const LATER_MILLISECONDS = 1000;

/**
 * Runs `action` while nothing else is to be done.
 *
 * @returns drops it.
 */
export function whenIdle(action: () => void): () => void {
  // Some versions of Safari lack it.
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(action, LATER_MILLISECONDS);
    return () => clearTimeout(timer);
  }
  const later = requestIdleCallback(action);
  return () => cancelIdleCallback(later);
}

/** Runs `action` once before the next frame, regardless of the number of requests. */
export function framed(action: () => void) {
  let frame: number | undefined;
  return {
    request: (): void => {
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        action();
      });
    },
    cancel: (): void => {
      if (frame !== undefined) cancelAnimationFrame(frame);
      frame = undefined;
    },
  };
}
