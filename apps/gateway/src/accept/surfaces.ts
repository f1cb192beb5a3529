import type { DialectId, Operation } from '@switchyard/canonical';
import type { RequestOutside } from '@switchyard/dialects';
import type { AttemptOpen } from '@switchyard/wire';

/** A client endpoint: the dialect it speaks (beside chat, the one its errors are told in) and what it asks for. */
export interface Surface {
  readonly path: string;
  readonly dialect: DialectId;
  readonly operation: Operation;
  /** What stands in the path of dialects that have it there rather than in the body. */
  readonly outside?: RequestOutside | undefined;
  /** How the client wants the events of a stream, where it is not as server-sent events. */
  readonly framing?: AttemptOpen['framing'];
}

export const SURFACES: readonly Surface[] = [
  { path: '/v1/chat/completions', dialect: 'openai-chat', operation: 'chat' },
  { path: '/v1/responses', dialect: 'openai-responses', operation: 'chat' },
  { path: '/v1/responses/compact', dialect: 'openai-responses', operation: 'responses-compact' },
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

/**
 * Where Gemini's endpoints are; what follows names the model and the method. Google's SDK asks at `v1` unless told otherwise,
 * and the ai package leaves `models/` out before a name with a slash in it.
 */
export const GEMINI_PREFIXES = ['/v1beta/models/', '/v1beta/', '/v1/models/'] as const;

/** Nobody else's paths are under v1beta, or name a method behind a model. */
const GEMINI_PATH = /^\/v1beta\/|^\/v1\/models\/.*:/;

/** The dialect in which a path's errors are told, also for paths that do not exist. */
export function dialectOfPath(path: string): DialectId {
  if (path.startsWith('/v1/messages')) return 'anthropic-messages';
  if (path.startsWith('/v1/responses')) return 'openai-responses';
  return GEMINI_PATH.test(path) ? 'gemini' : 'openai-chat';
}
