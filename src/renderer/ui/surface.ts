/** What surfaces share on which one points, drags and presses keys: those of charts and of pictures. */

type Keys = Readonly<Record<string, () => void>>;

/**
 * Acts by the names of keys. A key with Ctrl, Alt or Meta belongs to the browser.
 *
 * @param shifted what keys do with Shift. Default: the same.
 */
export function pressing(keys: Keys, shifted: Keys = {}) {
  return (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = (event.shiftKey ? shifted[event.key] : undefined) ?? keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}

/** Whether a drag begins, which the surface then follows beyond its edges. A finger scrolls the page. */
export function beginsDrag(event: PointerEvent): boolean {
  if (event.button !== 0 || event.pointerType === 'touch') return false;
  surfaceOf(event).setPointerCapture(event.pointerId);
  return true;
}

/** Whether the keyboard has come to the surface, and not a click. */
export function isFromKeyboard(event: FocusEvent): boolean {
  return surfaceOf(event).matches(':focus-visible');
}

export interface Pointed {
  /** In pixels from the left and the top of the surface. */
  readonly x: number;
  readonly y: number;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

export function pointedAt(event: MouseEvent): Pointed {
  const { left, top, width, height } = surfaceOf(event).getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top, width, height };
}

function surfaceOf({ currentTarget }: Event): HTMLElement {
  return currentTarget as HTMLElement;
}
