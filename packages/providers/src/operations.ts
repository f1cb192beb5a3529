import { OPERATIONS, type Operation } from '@switchyard/canonical';

import type { Provider } from './provider.js';

/** What a chat is enough for: legacy completions are asked as a chat, and tokens can be counted without the provider. */
const SERVED_BY_CHAT: ReadonlySet<Operation> = new Set(['chat', 'completions', 'count-tokens']);

/** What a provider can be asked for. */
export function operationsOf({ paths }: Pick<Provider, 'paths'>): readonly Operation[] {
  return OPERATIONS.filter((operation) => SERVED_BY_CHAT.has(operation) || paths[operation] !== undefined);
}
