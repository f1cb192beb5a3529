import type { CanonicalRequest, CanonicalResponse, ToolDefinition } from '@switchyard/canonical';
import fc from 'fast-check';

import {
  createToolNameMap,
  encodeToolName,
  encodeToolNames,
  restoreEventToolName,
  restoreResponseToolNames,
  type ToolNameRule,
} from './tool-names.js';

const RULE: ToolNameRule = {
  legal: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
  illegalCharacters: /[^a-zA-Z0-9_.:-]/g,
  maxLength: 64,
};

function tool(name: string): ToolDefinition {
  return { type: 'function', name };
}

describe('tool names', () => {
  it.each(['get_weather', '_x', 'mcp__files.read:v1', 'a'.repeat(64)])('go as they are where they can: %s', (name) => {
    expect(encodeToolName(name, RULE)).toBe(name);
    expect(createToolNameMap([tool(name)], RULE).size).toBe(0);
  });

  it.each(['a'.repeat(65), '9lives', 'größe', 'read file', '', 'server/tool', '-x'])('become legal: %j', (name) => {
    expect(encodeToolName(name, RULE)).toMatch(RULE.legal);
  });

  it('are legal, stay apart and come back, whatever they are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ maxLength: 90 }), { maxLength: 8 }), (names) => {
        const encoded = names.map((name) => encodeToolName(name, RULE));
        for (const name of encoded) expect(name).toMatch(RULE.legal);
        expect(new Set(encoded).size).toBe(names.length);
        const map = createToolNameMap(names.map(tool), RULE);
        const restored = encoded.map((name) => {
          const start = { type: 'tool-call-start', choice: 0, index: 0, id: 'a', name } as const;
          return restoreEventToolName(start, map);
        });
        expect(restored).toEqual(names.map((name) => expect.objectContaining({ name })));
      }),
    );
  });

  it('are replaced wherever a request names a tool, and restored in the answer', () => {
    const name = 'files/read';
    const call = { type: 'tool-call', id: 'a', name, arguments: '{}' } as const;
    const request: CanonicalRequest = {
      model: 'm',
      stream: false,
      tools: [tool(name), { type: 'opaque', dialect: 'gemini', value: { googleSearch: {} } }],
      toolChoice: { type: 'tool', name },
      messages: [{ role: 'assistant', content: [call] }],
    };
    const encoded = encodeToolNames(request, RULE);
    expect(JSON.stringify(encoded)).not.toContain(name);
    expect(JSON.stringify(encoded).match(/files_read_[0-9a-f]{8}/g)).toHaveLength(3);

    const response: CanonicalResponse = {
      id: 'x',
      model: 'm',
      choices: [{ content: encoded.messages[0]?.content ?? [], finish: { reason: 'tool-calls' } }],
    };
    const restored = restoreResponseToolNames(response, createToolNameMap(request.tools, RULE));
    expect(restored.choices[0]?.content).toEqual([call]);
  });

  it('have nothing to restore for a dialect that takes any', () => {
    expect(createToolNameMap([tool('a b')], undefined).size).toBe(0);
  });
});
