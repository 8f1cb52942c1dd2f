/** Makes text harmless where it reaches a terminal. */

/**
 * Control characters, and those that reorder text (Unicode, UAX #9, section 2). They come from names
 * of searches, files, columns and classes, and would move the cursor, clear the screen or show a name
 * as another one.
 */
const HARMFUL = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Text for the terminal in which such characters are written as `\u001b`.
 *
 * @param {string} text
 * @returns {string}
 */
export function plainText(text) {
  return text.replaceAll(HARMFUL, (character) =>
    character === '\n' || character === '\t' ? character : escapeOf(character),
  );
}

/**
 * As `plainText`, for text that must stay on one line.
 *
 * @param {string} text
 * @returns {string}
 */
export function plainLine(text) {
  return text.replaceAll(HARMFUL, escapeOf);
}

/**
 * As `plainText`, for a message of an error. Its lines after the first are indented, if they are not
 * yet: a newline in a name that the message quotes can't begin a line that looks like one of ours.
 *
 * @param {string} text
 * @returns {string}
 */
export function plainMessage(text) {
  return plainText(text).replaceAll(/\n(?! {2}|\n|$)/g, '\n  ');
}

/** @param {string} character */
function escapeOf(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
