import type { Affinity } from '../snapshot/policies.js';

/** What a body says about its conversation; `readConversation` of packages/dialects reads it. */
export interface ConversationIdentity {
  readonly sessionId?: string | undefined;
  readonly promptCacheKey?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly previousResponseId?: string | undefined;
  readonly metadataUserId?: string | undefined;
  readonly safetyIdentifier?: string | undefined;
  readonly user?: string | undefined;
}

export interface AffinitySources {
  /** A request header by its lower-case name. */
  header(name: string): string | undefined;
  readonly conversation: ConversationIdentity;
  /** A hash of the conversation's stable beginning; called only where it is of use. */
  prefixHash(): string | undefined;
}

/** What a request is to stay with a credential for. `choose` takes the first that is there. */
export interface AffinityKeys {
  readonly affinityKey?: string | undefined;
  readonly promptKey?: string | undefined;
}

/** Headers that name a session, first those that one client's own documentation describes. */
const SESSION_HEADERS = [
  'x-claude-code-session-id',
  'session-id',
  'session_id',
  'x-session-id',
  'x-session-affinity',
  'conversation-id',
  'conversation_id',
] as const;

// A key is hashed; what is longer than any identifier is told apart well enough by its beginning.
const LONGEST_KEY = 256;

/**
 * The keys of a request, from everything that clients send. A session's own identifier comes first. What names only a
 * user, a request or the turn before says less than the conversation's beginning does, and counts only without one.
 */
export function affinityKeys(sources: AffinitySources, affinity: Affinity | undefined): AffinityKeys {
  if (affinity === undefined || (!affinity.session && !affinity.promptCache)) return {};
  const { conversation } = sources;
  const session = affinity.session ? sessionOf(sources) : undefined;
  if (session !== undefined) return { affinityKey: bounded(session) };
  const prompt = conversation.promptCacheKey ?? (affinity.promptCache ? sources.prefixHash() : undefined);
  if (prompt !== undefined) return { promptKey: bounded(prompt) };
  const weak = affinity.session ? weakIdentity(sources) : undefined;
  return weak === undefined ? {} : { affinityKey: bounded(weak) };
}

function sessionOf({ header, conversation }: AffinitySources): string | undefined {
  for (const name of SESSION_HEADERS) {
    const value = header(name);
    if (value !== undefined && value !== '') return value;
  }
  return conversation.sessionId ?? sessionOfUserId(conversation.metadataUserId) ?? conversation.conversationId;
}

/**
 * The session within Anthropic's `metadata.user_id`, as coding agents write it: `user_..._session_ID`, or JSON with a
 * `session_id`.
 */
function sessionOfUserId(userId: string | undefined): string | undefined {
  if (userId === undefined) return undefined;
  const [, id] = /_session_([\w-]+)$/.exec(userId) ?? /"session_id"\s*:\s*"([^"\\]+)"/.exec(userId) ?? [];
  return id;
}

function weakIdentity({ header, conversation }: AffinitySources): string | undefined {
  return (
    conversation.metadataUserId ??
    conversation.user ??
    conversation.safetyIdentifier ??
    conversation.previousResponseId ??
    header('x-client-request-id')
  );
}

function bounded(key: string): string {
  return key.length <= LONGEST_KEY ? key : key.slice(0, LONGEST_KEY);
}
