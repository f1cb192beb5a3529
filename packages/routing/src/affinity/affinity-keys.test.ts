import { affinityKeys, type AffinityKeys, type ConversationIdentity } from './affinity-keys.js';

interface Ask {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: ConversationIdentity;
  readonly prefix?: string;
  readonly session?: boolean;
  readonly promptCache?: boolean;
}

function keys({ headers = {}, body = {}, prefix, session = true, promptCache = true }: Ask): AffinityKeys {
  const sources = { header: (name: string) => headers[name], conversation: body, prefixHash: () => prefix };
  return affinityKeys(sources, { session, promptCache });
}

const USER_ID = 'user_0f3a_account_11-22_session_5c0d-77';

describe('affinityKeys', () => {
  it.each([
    'x-claude-code-session-id',
    'session-id',
    'session_id',
    'x-session-id',
    'x-session-affinity',
    'conversation_id',
  ])('takes the session of the header %s before anything else', (name) => {
    const body = { sessionId: 'body', promptCacheKey: 'cache' };
    expect(keys({ headers: { [name]: 'S' }, body, prefix: 'p' })).toEqual({ affinityKey: 'S' });
  });

  it.each<[ConversationIdentity, string]>([
    [{ sessionId: 'S', conversationId: 'c' }, 'S'],
    [{ metadataUserId: USER_ID, conversationId: 'c' }, '5c0d-77'],
    [{ metadataUserId: '{"device_id":"d","session_id":"S"}' }, 'S'],
    [{ conversationId: 'C', promptCacheKey: 'k' }, 'C'],
  ])('takes the session of the body %j', (body, expected) => {
    expect(keys({ body, prefix: 'p' })).toEqual({ affinityKey: expected });
  });

  it('stays for the prompt cache without a session: by its key, else by the beginning of the conversation', () => {
    expect(keys({ body: { promptCacheKey: 'k', user: 'u' }, prefix: 'p' })).toEqual({ promptKey: 'k' });
    expect(keys({ body: { user: 'u' }, prefix: 'p' })).toEqual({ promptKey: 'p' });
  });

  it.each<[Ask, string]>([
    [{ body: { metadataUserId: 'U' } }, 'U'],
    [{ body: { user: 'U', safetyIdentifier: 's' } }, 'U'],
    [{ body: { safetyIdentifier: 'S' } }, 'S'],
    [{ body: { previousResponseId: 'R' } }, 'R'],
    [{ headers: { 'x-client-request-id': 'R' } }, 'R'],
  ])('takes what says less only where there is nothing better: %j', (ask, expected) => {
    expect(keys(ask)).toEqual({ affinityKey: expected });
    expect(keys({ ...ask, prefix: 'p' })).toEqual({ promptKey: 'p' });
  });

  it('gives only the keys that are asked for', () => {
    const ask = { headers: { 'session-id': 'S' }, prefix: 'p' };
    expect(keys({ ...ask, promptCache: false })).toEqual({ affinityKey: 'S' });
    expect(keys({ ...ask, session: false })).toEqual({ promptKey: 'p' });
    expect(keys({ ...ask, session: false, promptCache: false })).toEqual({});
    expect(keys({ prefix: 'p', promptCache: false })).toEqual({});
    expect(affinityKeys({ header: () => 'S', conversation: {}, prefixHash: () => 'p' }, undefined)).toEqual({});
  });

  it('hashes no prefix that it does not need, and keeps keys short', () => {
    const prefixHash = (): string => {
      throw new Error('must not be asked');
    };
    const both = { session: true, promptCache: true };
    expect(
      affinityKeys({ header: () => 'S'.repeat(9_000), conversation: {}, prefixHash }, both).affinityKey,
    ).toHaveLength(256);
    expect(affinityKeys({ header: () => undefined, conversation: { promptCacheKey: 'k' }, prefixHash }, both)).toEqual({
      promptKey: 'k',
    });
  });
});
