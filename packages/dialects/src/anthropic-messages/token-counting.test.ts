import { anthropicMessages } from './dialect.js';
import { tokenCounting } from './token-counting.js';

describe('counting tokens', () => {
  it('asks with what counts, and nothing that would be refused as an extra input', () => {
    const { value } = anthropicMessages.decodeRequest({
      model: 'm',
      system: 'Be brief.',
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
      max_tokens: 10,
      temperature: 0.5,
      stream: true,
    });
    const encoded = tokenCounting.encodeRequest(value, { model: 'claude-x' }).value;
    expect(Object.keys(encoded).toSorted()).toEqual(['messages', 'model', 'system', 'tools']);
    expect(encoded['model']).toBe('claude-x');
  });

  it('reads and writes the count', () => {
    expect(tokenCounting.decodeCount(tokenCounting.encodeCount(7))).toBe(7);
    expect([{}, null, { input_tokens: 'x' }].map((body) => tokenCounting.decodeCount(body))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
