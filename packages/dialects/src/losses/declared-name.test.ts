import { declaredFieldName } from './declared-name.js';
import { ANSWER_FIELDS } from './table/answer-fields.js';
import { REQUEST_FIELDS } from './table/translation-table.js';

describe('the declared name of a field', () => {
  it('is the field itself for every line of the table', () => {
    for (const { field } of Object.values(REQUEST_FIELDS).flat()) expect(declaredFieldName(field)).toBe(field);
    for (const { field } of Object.values(ANSWER_FIELDS).flat()) {
      expect(declaredFieldName(`response.${field}`)).toBe(`response.${field}`);
    }
  });

  it.each([
    ['metadata.run', 'metadata.*'],
    ['tools[].web_search_20250305', 'tools[].*'],
    ['response.content[].mcp_tool_use', 'response.content[].*'],
  ])('keeps the words of a client out of %s', (field, name) => {
    expect(declaredFieldName(field)).toBe(name);
  });

  it.each(['my_own_field', 'metadata.a.b', 'x.seed', 'seed.x', 'content[].server_tool_use', '', '*'])(
    'is nothing for %p, which the table does not have',
    (field) => {
      expect(declaredFieldName(field)).toBeUndefined();
    },
  );
});
