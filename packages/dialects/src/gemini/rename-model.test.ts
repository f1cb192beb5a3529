import { renameModel } from './rename-model.js';

function renamed(body: unknown): unknown {
  return JSON.parse(renameModel(Buffer.from(JSON.stringify(body)), 'new').toString());
}

describe('renameModel', () => {
  it.each([
    [
      { model: 'models/old', content: { parts: [] } },
      { model: 'models/new', content: { parts: [] } },
    ],
    [
      { requests: [{ model: 'models/old' }, { content: {} }] },
      { requests: [{ model: 'models/new' }, { content: {} }] },
    ],
    [
      { generateContentRequest: { model: 'old', tools: [] } },
      { generateContentRequest: { model: 'models/new', tools: [] } },
    ],
  ])('renames in %j', (body, expected) => {
    expect(renamed(body)).toEqual(expected);
  });

  it('renames what is spelled with escapes', () => {
    expect(JSON.parse(renameModel(Buffer.from('{"\\u006dodel":"old"}'), 'new').toString())).toEqual({
      model: 'models/new',
    });
  });

  it.each([
    '{ "contents": [{ "parts": [{"text": "model"}] }] }',
    '{"model":"models/new"}',
    '[]',
    '{',
    '{"requests":[ 1, {}]}',
  ])('leaves the bytes of %s alone', (text) => {
    const body = Buffer.from(text);
    expect(renameModel(body, 'new')).toBe(body);
  });
});
