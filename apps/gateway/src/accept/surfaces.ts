import type { DialectId } from '@switchyard/canonical';
import type { Operation } from '@switchyard/wire';

/** A client endpoint: the dialect it speaks and what it asks for. */
export interface Surface {
  readonly path: string;
  readonly dialect: DialectId;
  readonly operation: Operation;
}

export const SURFACES: readonly Surface[] = [
  { path: '/v1/chat/completions', dialect: 'openai-chat', operation: 'chat' },
  { path: '/v1/messages', dialect: 'anthropic-messages', operation: 'chat' },
];

/** The dialect in which a path's errors are told, also for paths that do not exist. */
export function dialectOfPath(path: string): DialectId {
  return path.startsWith('/v1/messages') ? 'anthropic-messages' : 'openai-chat';
}
