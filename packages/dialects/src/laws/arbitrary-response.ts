import type { Block, CanonicalResponse, Choice, Citation, DialectId } from '@switchyard/canonical';
import type { Finish, FinishReason, TextSpan, Usage } from '@switchyard/canonical';
import fc from 'fast-check';

import type { JsonObject } from '../dialect.js';
import { compact } from '../json/json-object.js';

/** What the models of one dialect can answer, for the laws: everything the dialect can express, and nothing else. */
export function arbitraryResponse(dialect: DialectId): fc.Arbitrary<CanonicalResponse> {
  return RESPONSES[dialect];
}

/** What the dialects of a pair can both express, told as a model of `dialect` would. */
export function arbitraryCommonResponse(dialect: DialectId, other: DialectId): fc.Arbitrary<CanonicalResponse> {
  const reasoning = text.map((said): Block => {
    const signature = dialect === 'anthropic-messages' ? 'c2ln' : undefined;
    return compact({ type: 'reasoning', text: said, provenance: dialect, signature });
  });
  const hasOnlyText = [dialect, other].includes('openai-completions');
  const content = hasOnlyText
    ? optional(textBlock)
    : fc.tuple(optional(reasoning), optional(textBlock), fc.array(toolCall, { maxLength: 3 })).map(flatten);
  const choice = content.chain((blocks) =>
    fc.record({ content: fc.constant(blocks), finish: finish(blocks, ['stop', 'length']) }),
  );
  return fc.record({
    id: fc.constant('msg_1'),
    model: fc.constant('m'),
    choices: fc.tuple(choice),
    usage: usage(['cacheRead']),
  });
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const textBlock = text.map((said): Block => ({ type: 'text', text: said }));

const probability = fc.record({ token: fc.stringMatching(/^[a-z]{1,5}$/), logprob: fc.constantFrom(-0.5, -1, -2.25) });
const logprobs = fc.array(
  fc.record({
    token: fc.stringMatching(/^[a-z]{1,5}$/),
    logprob: fc.constantFrom(0, -0.5, -1),
    top: fc.array(probability, { maxLength: 1 }),
  }),
  { minLength: 1, maxLength: 2 },
);

/** A text or a refusal, some with the probabilities of its tokens. */
function probable(block: fc.Arbitrary<Block>): fc.Arbitrary<Block> {
  return fc.tuple(block, fc.option(logprobs, { freq: 1 })).map(([said, tokens]): Block => {
    return tokens !== null && (said.type === 'text' || said.type === 'refusal') ? { ...said, logprobs: tokens } : said;
  });
}

const page = fc.record({
  url: fc.webUrl({ size: 'xsmall' }),
  title: fc.option(fc.stringMatching(/^[a-z]{1,8}$/), { nil: undefined }),
});

/** A text with citations of places in it, each made for the text. */
function cited(of: (span: TextSpan) => fc.Arbitrary<Citation>): fc.Arbitrary<Block> {
  return text.chain((said) => {
    const length = [...said].length;
    const span = fc.tuple(fc.nat(length), fc.nat(length)).map(([one, other]): TextSpan => {
      return { start: Math.min(one, other), end: Math.max(one, other) };
    });
    return fc
      .array(span.chain(of), { minLength: 1, maxLength: 2 })
      .map((citations): Block => ({ type: 'text', text: said, citations }));
  });
}

function pageAt(span: TextSpan): fc.Arbitrary<Citation> {
  return page.map((source): Citation => compact({ type: 'url' as const, ...source, span }));
}

const citedPage = cited(pageAt);
/** What survives JSON: it writes -0 as 0. */
const json = fc
  .dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 })
  .map((value): JsonObject => JSON.parse(JSON.stringify(value)));
const toolId = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/);
const toolCall = fc
  .record({ id: toolId, name: fc.stringMatching(/^[a-z_]{1,8}$/), input: json })
  .map(({ id, name, input }): Block => ({ type: 'tool-call', id, name, arguments: JSON.stringify(input) }));

const anthropicCitation: fc.Arbitrary<Citation> = fc.oneof(
  fc.tuple(page, text).map(([source, citedText]): Citation => {
    const extensions = { 'anthropic-messages': { encrypted_index: 'c2ln' } };
    return compact({ type: 'url' as const, ...source, citedText, extensions });
  }),
  fc.constantFrom('character' as const, 'page' as const, 'block' as const).map((unit): Citation => {
    return { type: 'document', documentIndex: 0, title: 'a', location: { unit, start: 1, end: 2 } };
  }),
  text.map((source): Citation => {
    const value = { type: 'unheard_of', source };
    return { type: 'opaque', dialect: 'anthropic-messages', value };
  }),
);

const anthropicBlock: fc.Arbitrary<Block> = fc.oneof(
  textBlock,
  fc.tuple(text, fc.array(anthropicCitation, { minLength: 1, maxLength: 2 })).map(([said, citations]): Block => {
    return { type: 'text', text: said, citations };
  }),
  toolCall,
  fc.tuple(text, fc.boolean()).map(([said, isSigned]): Block => {
    const signature = isSigned ? 'c2ln' : undefined;
    return compact({ type: 'reasoning', text: said, provenance: 'anthropic-messages', signature });
  }),
  fc.constant<Block>({ type: 'reasoning', text: '', provenance: 'anthropic-messages', signature: 'c2ln' }),
  text.map((data): Block => ({ type: 'redacted-reasoning', data, provenance: 'anthropic-messages' })),
  json.map((input): Block => {
    const value = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input };
    return { type: 'opaque', dialect: 'anthropic-messages', value };
  }),
  text.map((note): Block => ({ type: 'opaque', dialect: 'anthropic-messages', value: { type: 'unheard_of', note } })),
);

const anthropicResponse: fc.Arbitrary<CanonicalResponse> = fc
  .array(anthropicBlock, { maxLength: 5 })
  .chain((content) => {
    const reasons: readonly FinishReason[] = ['stop', 'length', 'stop-sequence', 'refusal', 'pause', 'context-window'];
    return fc.record(
      {
        id: fc.constant('msg_1'),
        model: fc.constant('m'),
        choices: fc.tuple(
          fc.record(
            {
              content: fc.constant(content),
              finish: finish(content, reasons),
              extensions: fc.constant({ 'anthropic-messages': { stop_details: { category: 'cyber' } } }),
            },
            { requiredKeys: ['content', 'finish'] },
          ),
        ),
        usage: usage(['cacheRead', 'cacheWrite5m', 'cacheWrite1h']),
        extensions: fc.constant({ 'anthropic-messages': { diagnostics: { cache: 'missed' } } }),
      },
      { requiredKeys: ['id', 'model', 'choices', 'usage'] },
    );
  });

const openaiChoice: fc.Arbitrary<Choice> = fc
  .tuple(
    optional(text.map((said): Block => ({ type: 'reasoning', text: said, provenance: 'openai-chat' }))),
    optional(probable(fc.oneof(textBlock, citedPage))),
    optional(probable(text.map((said): Block => ({ type: 'refusal', text: said })))),
    fc.array(toolCall, { maxLength: 3 }),
  )
  .map(flatten)
  .chain((content) =>
    fc.record({ content: fc.constant(content), finish: finish(content, ['stop', 'length', 'content-filter']) }),
  );

const openaiResponse: fc.Arbitrary<CanonicalResponse> = fc.record(
  {
    id: fc.constant('chatcmpl-1'),
    model: fc.constant('m'),
    createdAt: fc.constant(1_700_000_000),
    choices: fc.array(openaiChoice, { minLength: 1, maxLength: 3 }),
    usage: usage(['cacheRead', 'cacheWrite5m']),
    extensions: fc.constant({ 'openai-chat': { system_fingerprint: 'fp_1' } }),
  },
  { requiredKeys: ['id', 'model', 'createdAt', 'choices', 'usage'] },
);

function geminiCitation(span: TextSpan): fc.Arbitrary<Citation> {
  const retrieved = text.map((title): Citation => ({ type: 'document', title, citedText: 'words', span }));
  const scored = page.map((source): Citation => {
    return compact({ type: 'url' as const, ...source, span, extensions: { gemini: { confidenceScores: [0.5] } } });
  });
  return fc.oneof(pageAt(span), retrieved, scored);
}

const geminiBlock: fc.Arbitrary<Block> = fc.oneof(
  fc.tuple(text, fc.boolean()).map(([said, isSigned]): Block => {
    const extensions = isSigned ? { gemini: { thoughtSignature: 'c2ln' } } : undefined;
    return compact({ type: 'text', text: said, extensions });
  }),
  cited(geminiCitation),
  fc.tuple(text, fc.boolean()).map(([said, isSigned]): Block => {
    return compact({ type: 'reasoning', text: said, provenance: 'gemini', signature: isSigned ? 'c2ln' : undefined });
  }),
  fc.tuple(toolCall, fc.boolean()).map(([call, isSigned]): Block => {
    return compact({ ...call, extensions: isSigned ? { gemini: { thoughtSignature: 'c2ln' } } : undefined });
  }),
  text.map((code): Block => ({ type: 'opaque', dialect: 'gemini', value: { executableCode: { code } } })),
  text.map((data): Block => ({ type: 'opaque', dialect: 'gemini', value: { inlineData: { data } } })),
);

/** Texts next to each other are one text in a stream, unless a signature stands between them. */
function isWritable(content: readonly Block[]): boolean {
  return content.every((block, index) => {
    const previous = content[index - 1];
    const isSigned = previous?.extensions !== undefined || (previous?.type === 'reasoning' && previous.signature);
    return previous?.type !== block.type || !['text', 'reasoning'].includes(block.type) || Boolean(isSigned);
  });
}

const geminiChoice: fc.Arbitrary<Choice> = fc
  .array(geminiBlock, { maxLength: 5 })
  .filter(isWritable)
  .chain((content) =>
    fc.record(
      {
        content: fc.constant(content),
        finish: finish(content, ['stop', 'length', 'content-filter', 'other']),
        extensions: fc.constant({ gemini: { groundingMetadata: { webSearchQueries: ['x'] }, avgLogprobs: -0.5 } }),
      },
      { requiredKeys: ['content', 'finish'] },
    ),
  );

const geminiResponse: fc.Arbitrary<CanonicalResponse> = fc.record(
  {
    id: fc.constant('resp-1'),
    model: fc.constant('m'),
    choices: fc.array(geminiChoice, { minLength: 1, maxLength: 3 }),
    usage: usage(['cacheRead']),
    extensions: fc.constant({ gemini: { createTime: '2027-01-01T00:00:00Z', modelStatus: { modelStage: 'STABLE' } } }),
  },
  { requiredKeys: ['id', 'model', 'choices', 'usage'] },
);

const completionResponse: fc.Arbitrary<CanonicalResponse> = fc.record(
  {
    id: fc.constant('cmpl-1'),
    model: fc.constant('m'),
    createdAt: fc.constant(1_700_000_000),
    choices: fc.array(
      optional(probable(textBlock)).chain((content) =>
        fc.record({ content: fc.constant(content), finish: finish(content, ['stop', 'length', 'content-filter']) }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    usage: usage(['cacheRead', 'cacheWrite5m']),
    extensions: fc.constant({ 'openai-chat': { system_fingerprint: 'fp_1' } }),
  },
  { requiredKeys: ['id', 'model', 'createdAt', 'choices', 'usage'] },
);

const citedFile = fc.tuple(text, text).map(([said, title]): Block => {
  const extensions = { 'openai-responses': { index: 3 } };
  return { type: 'text', text: said, citations: [{ type: 'file', fileId: 'file-1', title, extensions }] };
});

/** Blocks of one item, as the dialect tells them: all name it, and its last says what is true of the whole. */
const responsesItem: fc.Arbitrary<(id: string) => Block[]> = fc.oneof(
  fc
    .tuple(
      fc.array(fc.tuple(text, probable(fc.oneof(textBlock, citedPage, citedFile)), fc.boolean()), {
        minLength: 1,
        maxLength: 2,
      }),
      fc.boolean(),
    )
    .map(([parts, isCommentary]) => {
      return (id: string) => {
        return parts.map(([said, block, isRefusal], place): Block => {
          const message = isCommentary && place === parts.length - 1 ? { message: { phase: 'commentary' } } : {};
          const extensions = { 'openai-responses': { item: { id }, ...message } };
          return isRefusal ? { type: 'refusal', text: said, extensions } : { ...block, extensions };
        });
      };
    }),
  fc
    .tuple(fc.array(text, { maxLength: 2 }), fc.constantFrom('summary' as const, 'text' as const), fc.boolean())
    .map(([texts, form, isEncrypted]) => {
      return (id: string) => {
        const shown = texts.length === 0 ? [{ text: '' }] : texts.map((said) => ({ text: said, form }));
        return shown.map((part, place): Block => {
          const signature = isEncrypted && place === shown.length - 1 ? 'c2ln' : undefined;
          const extensions = { 'openai-responses': { item: { id } } };
          return compact({ type: 'reasoning', ...part, provenance: 'openai-responses', signature, extensions });
        });
      };
    }),
  toolCall.map((call) => (id: string) => [{ ...call, extensions: { 'openai-responses': { item: { id } } } }]),
  fc.tuple(text, fc.boolean()).map(([input, isNamespaced]) => (id: string): Block[] => {
    const name = isNamespaced ? 'files__edit' : 'edit';
    const namespaced = isNamespaced ? { namespace: 'files', name: 'edit' } : undefined;
    const call = { type: 'tool-call' as const, id: `call_${id}`, name, arguments: JSON.stringify({ input }) };
    const extensions = { 'openai-responses': { item: { id } } };
    return [compact({ ...call, freeform: true, namespaced, extensions })];
  }),
  json.map((action) => (id: string): Block[] => {
    const value = { type: 'web_search_call', id, status: 'completed', action };
    return [{ type: 'opaque', dialect: 'openai-responses', value }];
  }),
);

const responsesResponse: fc.Arbitrary<CanonicalResponse> = fc.array(responsesItem, { maxLength: 4 }).chain((items) => {
  const content = items.flatMap((blocksOf, place) => blocksOf(`item_${place}`));
  return fc.record({
    id: fc.constant('resp_1'),
    model: fc.constant('m'),
    createdAt: fc.constant(1_700_000_000),
    choices: fc.tuple(
      fc.record({ content: fc.constant(content), finish: finish(content, ['stop', 'length', 'content-filter']) }),
    ),
    usage: usage(['cacheRead', 'cacheWrite5m']),
    // Every response repeats these of its request.
    extensions: fc.constant({
      'openai-responses': {
        metadata: {},
        parallel_tool_calls: true,
        tool_choice: 'auto',
        tools: [],
        service_tier: 'default',
      },
    }),
  });
});

const RESPONSES: Readonly<Record<DialectId, fc.Arbitrary<CanonicalResponse>>> = {
  'openai-chat': openaiResponse,
  'openai-completions': completionResponse,
  'openai-responses': responsesResponse,
  'anthropic-messages': anthropicResponse,
  gemini: geminiResponse,
};

/** Tool calls decide the reason, unless the answer broke off. */
function finish(content: readonly Block[], reasons: readonly FinishReason[]): fc.Arbitrary<Finish> {
  const hasCalls = content.some((block) => block.type === 'tool-call');
  const possible: readonly FinishReason[] = hasCalls ? ['tool-calls', 'length'] : reasons;
  return fc.constantFrom(...possible).map((reason): Finish => {
    return reason === 'stop-sequence' ? { reason, stopSequence: 'END' } : { reason };
  });
}

type InputBucket = 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h';

/** Usage with tokens only in the buckets that the dialect can tell apart. */
function usage(buckets: readonly InputBucket[]): fc.Arbitrary<Usage> {
  const bucket = (name: InputBucket) => (buckets.includes(name) ? fc.nat(999) : fc.constant(0));
  return fc
    .record({
      inputUncached: fc.nat(999),
      cacheRead: bucket('cacheRead'),
      cacheWrite5m: bucket('cacheWrite5m'),
      cacheWrite1h: bucket('cacheWrite1h'),
      visible: fc.nat(999),
      reasoning: fc.nat(999),
    })
    .map(({ visible, ...counts }): Usage => ({ ...counts, output: visible + counts.reasoning }));
}

function optional(block: fc.Arbitrary<Block>): fc.Arbitrary<Block[]> {
  return fc.array(block, { maxLength: 1 });
}

function flatten(parts: readonly (readonly Block[])[]): Block[] {
  return parts.flat();
}
