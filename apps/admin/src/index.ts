export type { ApplyResult } from './apply/applier.js';
export { startAdmin, type Admin, type AdminOptions } from './start-admin.js';
