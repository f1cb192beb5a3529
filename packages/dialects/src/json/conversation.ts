import { isJsonObject, parseJson } from './json-object.js';
import type { ByteSpan } from './scan-request.js';

/** The top-level fields, of all dialects, that tell one conversation from another. */
export const CONVERSATION_FIELDS = [
  'prompt_cache_key',
  'session_id',
  'sessionId',
  'conversation',
  'conversation_id',
  'previous_response_id',
  'safety_identifier',
  'metadata',
  'system',
  'instructions',
  'systemInstruction',
  'system_instruction',
  'tools',
  'messages',
  'contents',
  'input',
] as const;

export type ConversationField = (typeof CONVERSATION_FIELDS)[number];

/** Where their values stand in a body. Of a field that is there twice, the last. */
export type ConversationSpans = Partial<Readonly<Record<ConversationField, ByteSpan>>>;

/** What a client says about which conversation a request belongs to, and whose it is. */
export interface ConversationFacts {
  readonly sessionId?: string | undefined;
  readonly promptCacheKey?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly previousResponseId?: string | undefined;
  /** Anthropic's `metadata.user_id`. */
  readonly metadataUserId?: string | undefined;
  readonly safetyIdentifier?: string | undefined;
}

// Longer than any identifier, and short enough to parse without a thought.
const LONGEST_BYTES = 4_096;

/** Reads the identifiers. Nothing here is an error: what has another form than expected says nothing. */
export function readConversation(body: Buffer, spans: ConversationSpans): ConversationFacts {
  const read = (field: ConversationField): unknown => {
    const span = spans[field];
    if (span === undefined || span.end - span.start > LONGEST_BYTES) return undefined;
    return parseJson(body.toString('utf8', span.start, span.end));
  };
  const metadata = read('metadata');
  const ofMetadata = (name: string): string | undefined =>
    isJsonObject(metadata) ? identifier(metadata[name]) : undefined;
  const conversation = read('conversation');
  return {
    sessionId: identifier(read('session_id')) ?? identifier(read('sessionId')) ?? ofMetadata('session_id'),
    promptCacheKey: identifier(read('prompt_cache_key')),
    conversationId:
      identifier(isJsonObject(conversation) ? conversation['id'] : conversation) ??
      identifier(read('conversation_id')) ??
      ofMetadata('conversation_id'),
    previousResponseId: identifier(read('previous_response_id')),
    metadataUserId: ofMetadata('user_id'),
    safetyIdentifier: identifier(read('safety_identifier')),
  };
}

function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
