import { fileURLToPath } from 'node:url';

/** The folder of the page's files, for admin to serve as they are. */
export const CONSOLE_FOLDER: string = fileURLToPath(new URL('../public', import.meta.url));
