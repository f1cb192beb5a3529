import type { DialectId, Operation } from '@switchyard/canonical';

/** What the upstream answers beside chat, with the endings of their paths. */
const SURFACES = [
  { ending: '/messages/count_tokens', operation: 'count-tokens', dialect: 'anthropic-messages' },
  { ending: ':countTokens', operation: 'count-tokens', dialect: 'gemini' },
  { ending: ':embedContent', operation: 'embeddings', dialect: 'gemini' },
  { ending: ':batchEmbedContents', operation: 'embeddings', dialect: 'gemini' },
  { ending: '/responses/compact', operation: 'responses-compact', dialect: 'openai-chat' },
  { ending: '/embeddings', operation: 'embeddings', dialect: 'openai-chat' },
  { ending: '/images/generations', operation: 'images-generations', dialect: 'openai-chat' },
  { ending: '/images/edits', operation: 'images-edits', dialect: 'openai-chat' },
  { ending: '/audio/speech', operation: 'audio-speech', dialect: 'openai-chat' },
  { ending: '/audio/transcriptions', operation: 'audio-transcriptions', dialect: 'openai-chat' },
  { ending: '/rerank', operation: 'rerank', dialect: 'openai-chat' },
  { ending: '/moderations', operation: 'moderations', dialect: 'openai-chat' },
  { ending: '/completions', operation: 'completions', dialect: 'openai-chat' },
] as const satisfies readonly Surface[];

interface Surface {
  readonly ending: string;
  readonly operation: Operation;
  /** The one that keys and errors are in. */
  readonly dialect: DialectId;
}

/** An operation that the upstream answers beside chat. */
export type SurfaceOperation = (typeof SURFACES)[number]['operation'];

/** The surface that a path belongs to, whatever base path stands before it; undefined for chat and for unknown ones. */
export function surfaceOfPath(path: string): (typeof SURFACES)[number] | undefined {
  if (path.endsWith('/chat/completions')) return undefined;
  return SURFACES.find(({ ending }) => path.endsWith(ending));
}
