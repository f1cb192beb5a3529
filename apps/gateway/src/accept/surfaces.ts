import type { DialectId, Operation } from '@switchyard/canonical';

/** A client endpoint: the dialect it speaks (beside chat, the one its errors are told in) and what it asks for. */
export interface Surface {
  readonly path: string;
  readonly dialect: DialectId;
  readonly operation: Operation;
}

export const SURFACES: readonly Surface[] = [
  { path: '/v1/chat/completions', dialect: 'openai-chat', operation: 'chat' },
  { path: '/v1/messages', dialect: 'anthropic-messages', operation: 'chat' },
  { path: '/v1/messages/count_tokens', dialect: 'anthropic-messages', operation: 'count-tokens' },
  { path: '/v1/completions', dialect: 'openai-completions', operation: 'completions' },
  { path: '/v1/embeddings', dialect: 'openai-chat', operation: 'embeddings' },
  { path: '/v1/images/generations', dialect: 'openai-chat', operation: 'images-generations' },
  { path: '/v1/images/edits', dialect: 'openai-chat', operation: 'images-edits' },
  { path: '/v1/audio/speech', dialect: 'openai-chat', operation: 'audio-speech' },
  { path: '/v1/audio/transcriptions', dialect: 'openai-chat', operation: 'audio-transcriptions' },
  { path: '/v1/rerank', dialect: 'openai-chat', operation: 'rerank' },
  { path: '/v1/moderations', dialect: 'openai-chat', operation: 'moderations' },
];

/** The dialect in which a path's errors are told, also for paths that do not exist. */
export function dialectOfPath(path: string): DialectId {
  return path.startsWith('/v1/messages') ? 'anthropic-messages' : 'openai-chat';
}
