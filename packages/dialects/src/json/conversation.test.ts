import { hashStablePrefix } from './hash-stable-prefix.js';
import { readConversation } from './conversation.js';
import { checkJsonObject } from './scan-request.js';

const LIMITS = { maxDepth: 64 };

function read(value: unknown): ReturnType<typeof readConversation> {
  const body = Buffer.from(JSON.stringify(value));
  return readConversation(body, checkJsonObject(body, LIMITS));
}

function hash(value: unknown): string | undefined {
  const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return hashStablePrefix(body, checkJsonObject(body, LIMITS));
}

describe('readConversation', () => {
  it.each([
    [{ session_id: 's' }, { sessionId: 's' }],
    [{ sessionId: 's' }, { sessionId: 's' }],
    [{ metadata: { session_id: 's', conversation_id: 'c' } }, { sessionId: 's', conversationId: 'c' }],
    [{ prompt_cache_key: 'p"ü' }, { promptCacheKey: 'p"ü' }],
    [{ conversation: 'conv_1' }, { conversationId: 'conv_1' }],
    [{ conversation: { id: 'conv_1' } }, { conversationId: 'conv_1' }],
    [{ conversation_id: 'c' }, { conversationId: 'c' }],
    [{ previous_response_id: 'resp_1' }, { previousResponseId: 'resp_1' }],
    [{ metadata: { user_id: 'user_1_session_2' } }, { metadataUserId: 'user_1_session_2' }],
    [{ safety_identifier: 'x' }, { safetyIdentifier: 'x' }],
    [{ session_id: 7, prompt_cache_key: '', metadata: [], conversation: null }, {}],
    [{ metadata: { user_id: 'u', more: 'x'.repeat(5_000) } }, {}],
  ])('%j', (body, expected) => {
    expect(JSON.parse(JSON.stringify(read(body)))).toEqual(expected);
  });
});

interface Turns {
  readonly name: string;
  /** A conversation with this system prompt, first words of its user, and further turns. */
  body(system: string, first: string, turns: number): unknown;
}

const more = <Item>(turns: number, make: (turn: number) => Item): readonly Item[] =>
  Array.from({ length: turns }, (_, turn) => make(turn));

const DIALECTS: readonly Turns[] = [
  {
    name: 'openai-chat',
    body: (system, first, turns) => ({
      model: 'm',
      messages: [
        { role: 'system', content: system },
        { content: [{ type: 'text', text: first }], role: 'user' },
        ...more(turns, (turn) => ({ role: turn % 2 === 0 ? 'assistant' : 'user', content: `turn ${turn}` })),
      ],
      tools: [{ type: 'function', function: { name: 'read' } }],
      temperature: turns,
    }),
  },
  {
    name: 'openai-responses',
    body: (system, first, turns) => ({
      model: 'm',
      instructions: system,
      input: [
        { type: 'message', role: 'user', content: first },
        ...more(turns, (turn) => ({ type: 'function_call_output', call_id: `${turn}`, output: 'x' })),
      ],
    }),
  },
  {
    name: 'anthropic-messages',
    body: (system, first, turns) => ({
      model: 'm',
      max_tokens: 10,
      system: [{ type: 'text', text: system, cache_control: { type: 'ephemeral' } }],
      messages: [
        {
          role: 'user',
          content: [{ type: 'text', text: first, ...(turns === 0 ? { cache_control: { type: 'ephemeral' } } : {}) }],
        },
        ...more(turns, (turn) => ({ role: turn % 2 === 0 ? 'assistant' : 'user', content: `turn ${turn}` })),
      ],
    }),
  },
  {
    name: 'gemini',
    body: (system, first, turns) => ({
      systemInstruction: { parts: [{ text: system }] },
      contents: [
        { parts: [{ text: first }] },
        ...more(turns, (turn) => ({ role: 'model', parts: [{ text: `${turn}` }] })),
      ],
    }),
  },
];

describe.each(DIALECTS)('hashStablePrefix in $name', ({ body }) => {
  it('stays the same from turn to turn', () => {
    const hashes = [0, 1, 2, 7].map((turns) => hash(body('be kind', 'hello', turns)));
    expect(new Set(hashes).size).toBe(1);
    expect(hashes[0]).toMatch(/^[0-9a-z]{1,7}$/);
  });

  it('tells conversations apart by their system prompt and by their first words', () => {
    const hashes = [
      hash(body('be kind', 'hello', 1)),
      hash(body('be kind', 'hullo', 1)),
      hash(body('be terse', 'hello', 1)),
    ];
    expect(new Set(hashes).size).toBe(3);
  });
});

describe('hashStablePrefix', () => {
  it('takes a whole input that is a string, and says nothing of a body without a prompt', () => {
    expect(hash({ model: 'm', input: 'one' })).not.toBe(hash({ model: 'm', input: 'two' }));
    expect(hash({ model: 'm', temperature: 1 })).toBeUndefined();
  });

  it.each([
    ['{"messages":[]}'],
    ['{"messages":[1,"user",null,{"role":"user"}]}'],
    ['{"messages":[{}]}'],
    ['{"messages":[{"role":"assistant"},{"role":7},{"parts":[]}]}'],
    ['{"contents":{"role":"user"},"system":"cache_control"}'],
    [
      '{"system":[{"cache_control":{"a":1},"text":"x"},{ "text":"y" , "cache_control" : null }],"messages":"\\"cache_control\\""}',
    ],
  ])('reads %s to its end', (text) => {
    expect(hash(text)).toMatch(/^[0-9a-z]+$/);
  });

  it('does not see where the mark of caching stands', () => {
    const bare = '{"messages":[{"role":"user","content":[{"text":"x"}]}]}';
    const marks = [
      '{"messages":[{"role":"user","content":[{"text":"x","cache_control":{"type":"ephemeral","ttl":"1h"}}]}]}',
      '{"messages":[{"role":"user","content":[{"cache_control":{"type":"ephemeral"},"text":"x"}]}]}',
      '{"messages":[{"role":"user","content":[{"cache_control": null, "text":"x"}]}]}',
    ];
    expect(marks.map(hash)).toEqual(marks.map(() => hash(bare)));
  });
});
