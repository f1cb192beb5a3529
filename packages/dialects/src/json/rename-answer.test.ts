import fc from 'fast-check';

import { renameAnswer } from './rename-answer.js';

function renamed(dialect: Parameters<typeof renameAnswer>[0], text: string): string {
  return renameAnswer(dialect, Buffer.from(text), 'new "name"').toString();
}

describe('renameAnswer', () => {
  it.each([
    ['openai-chat', '{ "id":1,\n "model" : "old", "choices":[{"model":"old"}] }'],
    ['openai-responses', '{"type":"response.created","response":{"id":"r","model": "old","tools":[{"model":"x"}]}}'],
    ['anthropic-messages', '{"message":{"content":[],"model":"old"},"type":"message_start"}'],
    ['gemini', '{"candidates":[{"content":{"parts":[{"text":"\\"modelVersion\\":\\"old\\""}]}}],"modelVersion":"old"}'],
  ] as const)('changes the name and nothing else in an answer of %s', (dialect, text) => {
    const result = renamed(dialect, text);
    expect(JSON.stringify(JSON.parse(result))).toContain('new \\"name\\"');
    expect(result.replace('"new \\"name\\""', '"old"')).toBe(text);
  });

  it('leaves alone what names no model, or is no object', () => {
    for (const text of ['[DONE]', '{"model":7}', '{}', '{"a":{"model":"x"}}', '{"model":{"model":"x"}}', ' ']) {
      const bytes = Buffer.from(text);
      expect(renameAnswer('openai-chat', bytes, 'm')).toBe(bytes);
    }
  });

  it('is what parsing, changing and writing would give, for any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (rest, model) => {
        const answer = { ...rest, model: 'old', after: rest };
        const bytes = Buffer.from(JSON.stringify(answer));
        const result: unknown = JSON.parse(renameAnswer('openai-chat', bytes, model).toString());
        expect(result).toEqual(JSON.parse(JSON.stringify({ ...answer, model })));
      }),
      { numRuns: 300 },
    );
  });
});
