import { foldStream, unfoldResponse, type Block, type CanonicalResponse, type DialectId } from '@switchyard/canonical';
import fc from 'fast-check';

import type { JsonObject } from '../dialect.js';
import { objectOf, objectsOf } from '../json/read-json.js';
import { chopStream } from '../laws/chop-stream.js';
import { decodeStream, encodeStream, options, scan } from '../laws/stream-bytes.js';
import { dialectById } from '../registry/dialects.js';

/** A text of an answer, and the pages that all of it rests on. */
const said = fc.record({
  text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  urls: fc.array(fc.webUrl(), { maxLength: 2 }),
});

/** What Claude says of a search: texts in a row, some of them cited as a whole. */
const searched = fc.array(said, { minLength: 1, maxLength: 5 });

function answer(texts: readonly { readonly text: string; readonly urls: readonly string[] }[]): CanonicalResponse {
  const content = texts.map(({ text, urls }) => {
    const citations = urls.map((url) => ({
      type: 'web_search_result_location',
      url,
      title: 'a page',
      cited_text: 'words',
      encrypted_index: 'x',
    }));
    return urls.length === 0 ? { type: 'text', text } : { type: 'text', text, citations };
  });
  return dialectById('anthropic-messages').decodeResponse({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content,
    stop_reason: 'end_turn',
  });
}

/** What a client of the dialect gets whole, and what its stream amounts to. */
function told(to: DialectId, response: CanonicalResponse, seed: number) {
  const dialect = dialectById(to);
  const events = decodeStream(dialect, scan([encodeStream(dialect, chopStream(response, seed))]));
  const whole = dialect.decodeResponse(JSON.parse(JSON.stringify(dialect.encodeResponse(response, options).value)));
  return { whole, streamed: foldStream(events).response };
}

/** Each source with the piece of the text that it is of. */
function quotes(content: readonly Block[]): (readonly [string, string])[] {
  return content.flatMap((block) => {
    if (block.type !== 'text') return [];
    const characters = [...block.text];
    return (block.citations ?? []).map((citation) => {
      const { start, end } = citation.span ?? { start: 0, end: characters.length };
      return [citation.type === 'url' ? citation.url : '', characters.slice(start, end).join('')] as const;
    });
  });
}

const cited = (response: CanonicalResponse | undefined) => quotes(response?.choices[0]?.content ?? []);

describe('the sources of an answer', () => {
  it.each(['openai-chat', 'openai-responses', 'gemini'] as const)(
    'stay with their pieces of the text for %s clients, whole and streamed, whatever the text is written in',
    (client) => {
      fc.assert(
        fc.property(searched, fc.nat(), (texts, seed) => {
          const expected = texts.flatMap(({ text, urls }) => urls.map((url) => [url, text]));
          const { whole, streamed } = told(client, answer(texts), seed);
          expect(cited(whole)).toEqual(expected);
          expect(cited(streamed)).toEqual(expected);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('are cut out of an openai-chat message by code points, and out of a gemini part by bytes', () => {
    const response = answer([
      { text: 'Grüße 😀. ', urls: [] },
      { text: '世界', urls: ['https://example.com/a'] },
    ]);
    const chat = objectOf(dialectById('openai-chat').encodeResponse(response, options).value);
    expect(objectOf(objectsOf(chat['choices'])[0]?.['message'])['annotations']).toEqual([
      {
        type: 'url_citation',
        url_citation: { url: 'https://example.com/a', title: 'a page', start_index: 9, end_index: 11 },
      },
    ]);
    const stream = encodeStream(dialectById('gemini'), unfoldResponse(response)).toString();
    const last: JsonObject = JSON.parse(stream.trim().split('data: ').at(-1) ?? '');
    expect(objectsOf(last['candidates'])[0]?.['groundingMetadata']).toEqual({
      groundingChunks: [{ web: { uri: 'https://example.com/a', title: 'a page' } }],
      groundingSupports: [{ segment: { startIndex: 14, endIndex: 20, text: '世界' }, groundingChunkIndices: [0] }],
    });
  });

  it('of a gemini answer are read where they are told: in the last chunk, by bytes of the whole text', () => {
    const chunks = [
      { candidates: [{ content: { parts: [{ text: 'hm', thought: true }] } }], responseId: 'r', modelVersion: 'm' },
      { candidates: [{ content: { parts: [{ text: 'Grüße ' }] } }] },
      { candidates: [{ content: { parts: [{ text: '世界.' }] } }] },
      {
        candidates: [
          {
            content: { parts: [{ text: '' }] },
            finishReason: 'STOP',
            groundingMetadata: {
              webSearchQueries: ['q'],
              groundingChunks: [
                { web: { uri: 'https://a.example', title: 'a' } },
                { web: { uri: 'https://b.example', title: 'b' } },
                { web: { uri: 'https://c.example', title: 'c' } },
              ],
              groundingSupports: [
                { segment: { startIndex: 8, endIndex: 14, text: '世界' }, groundingChunkIndices: [0, 1] },
              ],
            },
          },
        ],
      },
    ];
    const bytes = Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''));
    const { response } = foldStream(decodeStream(dialectById('gemini'), scan([bytes])));
    expect(cited(response)).toEqual([
      ['https://a.example', '世界'],
      ['https://b.example', '世界'],
      ['https://c.example', 'Grüße 世界.'],
    ]);
    expect(response?.choices[0]?.extensions).toEqual({ gemini: { groundingMetadata: { webSearchQueries: ['q'] } } });
  });

  it('stay in their own dialect where they come after their text has ended', () => {
    const chunks = [
      { candidates: [{ content: { parts: [{ text: 'Hi' }] } }], responseId: 'r', modelVersion: 'm' },
      { candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: {} } }] } }] },
      {
        candidates: [
          {
            finishReason: 'STOP',
            groundingMetadata: { groundingChunks: [{ web: { uri: 'https://a.example' } }] },
          },
        ],
      },
    ];
    const bytes = Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''));
    const events = decodeStream(dialectById('gemini'), scan([bytes]));
    const encoder = dialectById('openai-chat').createStreamEncoder(options);
    for (const event of events) encoder.next(event);
    expect(encoder.warnings.map(({ type, field }) => `${type} ${field}`)).toEqual([
      'dropped choices[].groundingMetadata.groundingChunks',
    ]);
  });

  it('go back to whom they came from with the next request, and to nobody else', () => {
    const page = { type: 'web_search_result_location', url: 'https://a.example', title: 'a', cited_text: 'words' };
    const turn = (citation: JsonObject) => ({
      model: 'm',
      max_tokens: 100,
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: [{ type: 'text', text: 'so', citations: [citation] }] },
        { role: 'user', content: 'and?' },
      ],
    });
    const claude = dialectById('anthropic-messages');
    const again = (citation: JsonObject) => {
      const { value, warnings } = claude.encodeRequest(claude.decodeRequest(turn(citation)).value, { model: 'm' });
      const content = objectsOf(objectsOf(value['messages'])[1]?.['content']);
      return { citations: content[0]?.['citations'], warnings: warnings.map(({ field }) => field) };
    };
    const proven = { ...page, encrypted_index: 'proof' };
    expect(again(proven)).toEqual({ citations: [proven], warnings: [] });
    // One that we wrote for another provider's answer has no proof, and Anthropic would refuse it.
    for (const made of ['', 'switchyard_citation']) {
      expect(again({ ...page, encrypted_index: made })).toEqual({
        citations: undefined,
        warnings: ['messages[assistant].content[text].citations'],
      });
    }
  });

  it('of a text that says nothing are warned of where they go with it, whole and streamed', () => {
    const citations = [{ type: 'url', url: 'https://a.example' }] as const;
    const said = { type: 'text', text: 'so', citations } as const;
    const finish = { reason: 'stop' } as const;
    const response = { id: 'r', model: 'm', choices: [{ content: [{ ...said, text: '' }, said], finish }] };
    const lost = (to: DialectId) => {
      const dialect = dialectById(to);
      const encoder = dialect.createStreamEncoder(options);
      for (const event of unfoldResponse(response)) encoder.next(event);
      const whole = dialect.encodeResponse(response, options).warnings;
      expect(encoder.warnings).toEqual(whole);
      return whole.map(({ type, field }) => `${type} ${field}`);
    };
    expect(lost('openai-chat')).toEqual([]);
    for (const to of ['openai-responses', 'anthropic-messages', 'gemini'] as const) {
      expect(lost(to)).toEqual(['dropped choices[].content[text].citations']);
    }
  });

  it('and what was searched for are told side by side', () => {
    const page = { type: 'web_search_result', url: 'https://a.example', title: 'a' };
    const cited = {
      type: 'web_search_result_location',
      url: page.url,
      title: 'a',
      cited_text: 'w',
      encrypted_index: 'x',
    };
    const response = dialectById('anthropic-messages').decodeResponse({
      id: 'msg_1',
      model: 'm',
      content: [
        { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'q' } },
        { type: 'web_search_tool_result', tool_use_id: 's1', content: [page] },
        { type: 'text', text: 'so', citations: [cited] },
      ],
      stop_reason: 'end_turn',
    });
    const { whole, streamed } = told('gemini', response, 1);
    for (const { choices } of [whole, streamed ?? whole]) {
      expect(quotes(choices[0]?.content ?? [])).toEqual([['https://a.example', 'so']]);
      expect(choices[0]?.steps).toEqual([{ tool: 'web-search', call: { queries: ['q'] } }]);
    }
    const again = told('openai-responses', whole, 1);
    for (const { choices } of [again.whole, again.streamed ?? again.whole]) {
      expect(quotes(choices[0]?.content ?? [])).toEqual([['https://a.example', 'so']]);
      expect(choices[0]?.content).toContainEqual(
        expect.objectContaining({ step: expect.objectContaining({ tool: 'web-search', call: { queries: ['q'] } }) }),
      );
    }
  });
});
