/** How many days a deleted search can be restored. */
const TRASH_DAYS = 7;

/** As long in milliseconds. */
export const TRASH_MILLISECONDS = TRASH_DAYS * 24 * 60 * 60 * 1000;
