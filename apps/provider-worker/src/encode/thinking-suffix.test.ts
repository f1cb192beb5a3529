import { startHarness, type Harness, type AttemptInput } from '../__fixtures__/attempt-harness.js';

const open: Harness[] = [];

afterEach(async () => {
  for (const harness of open.splice(0)) await harness.close();
});

/** The bytes that the upstream got, and what was lost. */
async function send(provider: string, input: AttemptInput) {
  const harness = await startHarness({ provider });
  open.push(harness);
  const { end } = await harness.run(input);
  return { sent: harness.upstream.requests[0]?.body.toString(), end };
}

const CLAUDE = { dialect: 'anthropic-messages', model: 'claude-sonnet-4-5' } as const;

/** With odd spacing, a cache mark, and a field that nobody knows. */
const MESSAGES = String.raw`"system": [ {"type":"text", "text":"S\u00e9", "cache_control": {"type":"ephemeral","ttl":"1h"}} ],
 "messages":[{"role":"user","content":"Hi"}],  "new_field":{"a":[1, 2]}`;

function messagesBody(rest: string, conversation = MESSAGES): string {
  return `{ "model":"client-model", ${conversation}, ${rest} }`;
}

describe('a thinking suffix in the dialect of the upstream', () => {
  it('adds what it asks for at the end, and leaves the bytes before it with their cache marks', async () => {
    const { sent } = await send('claude', {
      open: { ...CLAUDE, thinking: '2048' },
      body: messagesBody('"max_tokens": 8000'),
    });
    const before = messagesBody('"max_tokens": 8000').replace('client-model', CLAUDE.model).slice(0, -2);
    expect(sent).toBe(`${before},"thinking":{"type":"enabled","budget_tokens":2048} }`);
  });

  it('replaces what the client said, and takes out what cannot stand beside it', async () => {
    const asked = '"thinking":{"type":"disabled"}, "temperature" : 0.5, "max_tokens":8000, "top_k":5';
    const { sent, end } = await send('claude', { open: { ...CLAUDE, thinking: '2048' }, body: messagesBody(asked) });
    const told = '"thinking":{"type":"enabled","budget_tokens":2048}, "max_tokens":8000';
    expect(sent).toBe(messagesBody(told).replace('client-model', CLAUDE.model));
    expect(end.dropped).toEqual(['top_k']);
  });

  it('refuses in strict mode to take a field out', async () => {
    const { end } = await send('claude', {
      open: { ...CLAUDE, thinking: '2048', strict: true },
      body: messagesBody('"max_tokens":8000, "top_k":5'),
    });
    expect(end).toMatchObject({ error: { code: 'untranslatable_field', param: 'top_k' } });
  });

  it('keeps the prefix of a conversation when a turn is added', async () => {
    const turn = MESSAGES.replace('"Hi"}', '"Hi"},{"role":"assistant","content":"Ho"},{"role":"user","content":"Hm"}');
    const request = { open: { ...CLAUDE, thinking: 'high' } };
    const { sent: first = '' } = await send('claude', { ...request, body: messagesBody('"max_tokens":30000') });
    const { sent: second = '' } = await send('claude', { ...request, body: messagesBody('"max_tokens":30000', turn) });
    const shared = first.indexOf('"Hi"}') + 5;
    expect(second.slice(0, shared)).toBe(first.slice(0, shared));
  });

  it.each([
    ['openai-compatibility', 'openai-chat', '"messages":[{"role":"user","content":"Hi"}]', '"reasoning_effort":"high"'],
    ['codex', 'openai-responses', '"input": "Hi"', '"reasoning":{"effort":"high"}'],
  ] as const)('adds the effort for %s', async (provider, dialect, rest, added) => {
    const body = `{"model":"client-model", ${rest}}`;
    const { sent } = await send(provider, { open: { dialect, thinking: 'high' }, body });
    expect(sent).toBe(`{"model":"upstream-model", ${rest},${added}}`);
  });

  it('leaves the rest of an object alone that holds the effort', async () => {
    const body = '{"model":"client-model","reasoning": {"summary":"auto", "effort" : "low"},"input":"Hi"}';
    const { sent } = await send('codex', { open: { dialect: 'openai-responses', thinking: 'high' }, body });
    expect(sent).toBe(body.replace('client-model', 'upstream-model').replace('"low"', '"high"'));
  });

  it('patches within the configuration of Gemini', async () => {
    const body =
      '{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{"topK": 4, "thinkingConfig": {"thinkingBudget": 0}}}';
    const attempt = { dialect: 'gemini', model: 'gemini-3-pro', thinking: 'low' } as const;
    const { sent } = await send('gemini', { open: attempt, body });
    expect(sent).toBe(body.replace('{"thinkingBudget": 0}', '{"thinkingLevel":"low","includeThoughts":true}'));
  });

  it('asks a stream for the usage chunk only where the client did', async () => {
    const body = '{"model":"client-model","stream":true,"messages":[{"role":"user","content":"Hi"}]}';
    const { sent } = await send('openai-compatibility', { open: { thinking: 'high', stream: true }, body });
    expect(sent).not.toContain('include_usage');
  });

  it.each([
    ['twice', '"thinking":{"type":"disabled"},"thinking":null'],
    ['escaped', String.raw`"th\u0069nking":{"type":"disabled"}`],
  ])('refuses a field it moves that is there %s', async (_what, fields) => {
    const { end } = await send('claude', {
      open: { ...CLAUDE, thinking: 'high' },
      body: messagesBody(`"max_tokens":8000,${fields}`),
    });
    expect(end).toMatchObject({ error: { code: 'duplicate_field', param: 'thinking' } });
  });
});
