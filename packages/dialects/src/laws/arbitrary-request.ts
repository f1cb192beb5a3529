import type { Block, CanonicalRequest, Message } from '@switchyard/canonical';
import fc from 'fast-check';

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== '');
const textBlock = word.map((text): Block => ({ type: 'text', text }));
const image = word.map((data): Block => {
  const source = { type: 'data' as const, mediaType: 'image/png', data: Buffer.from(data).toString('base64') };
  return { type: 'image', source };
});
const user = fc
  .array(fc.oneof(textBlock, image), { minLength: 1, maxLength: 3 })
  .map((content): Message => ({ role: 'user', content }));
const assistant = textBlock.map((block): Message => ({ role: 'assistant', content: [block] }));

/** An assistant turn that calls tools, and the turn that answers all of the calls. */
const toolTurns = fc
  .tuple(fc.option(textBlock), fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 3 }), fc.nat(999))
  .map(([said, calls, number]): Message[] => {
    const made = calls.map(([input], index): Block => {
      return { type: 'tool-call', id: `call_${number}_${index}`, name: 'look', arguments: JSON.stringify({ input }) };
    });
    const results = calls.map(([, text], index): Block => {
      return { type: 'tool-result', toolCallId: `call_${number}_${index}`, content: [{ type: 'text', text }] };
    });
    return [
      { role: 'assistant', content: said === null ? made : [said, ...made] },
      { role: 'user', content: results },
    ];
  });

const system = textBlock.map((block): Message => ({ role: 'system', content: [block] }));

/** A conversation that it is the model's turn in, and the same one turn later. */
export const conversations: fc.Arbitrary<readonly [CanonicalRequest, CanonicalRequest]> = fc
  .tuple(
    fc.option(system),
    fc.array(fc.tuple(user, fc.array(toolTurns, { maxLength: 2 }), assistant), { maxLength: 3 }),
    fc.tuple(user, fc.array(toolTurns, { maxLength: 1 })),
    fc.tuple(fc.oneof(toolTurns, fc.tuple(assistant, user))),
  )
  .map(([first, rounds, [asked, looked], [next]]) => {
    const past = rounds.flatMap(([question, lookups, answer]) => [question, ...lookups.flat(), answer]);
    const messages = [...(first === null ? [] : [first]), ...past, asked, ...looked.flat()];
    const request: CanonicalRequest = {
      model: 'm',
      stream: true,
      messages,
      tools: [{ type: 'function', name: 'look', parameters: { type: 'object', properties: {} } }],
      maxOutputTokens: 1000,
      temperature: 0.5,
    };
    return [request, { ...request, messages: [...messages, ...next] }] as const;
  });
