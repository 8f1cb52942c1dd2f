/** Imported before any schema is made: the page's policy forbids the functions that zod would compile. */
import { z } from 'zod';

z.config({ jitless: true });
