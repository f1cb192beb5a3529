import { sampleAnswer, type Answer, type RecordedRequest } from '@switchyard/testkit';

import { KNOWN_AGENTS } from './known-agents.js';

/** The file that the model has the agent write. */
export const FILE = 'made.txt';

/** What is to be in it: all that a translation of arguments could spoil, and more than one delta holds. */
export const TEXT = `say "hi" to C:\\new\\table, it's 100 % {"json": [1, 2]} $HOME \`x\`
\tGrüße an 東京, ≤ 5 €

${'a line that makes the arguments long\n'.repeat(40)}the end
`;

const CLOSING = ['All of it ', 'is written, as asked.'];

/** The last thing the model says. */
export const CLOSING_WORDS = CLOSING.join('');

/**
 * Answers an agent like a model that is set on one task: one call that writes the file, two calls at once that look at it,
 * and a closing word. Where it stands is told by how many results of calls the request holds.
 */
export function answerAgent(request: RecordedRequest): Answer {
  const agent = KNOWN_AGENTS.find(({ shellTool }) => offersTool(request, shellTool));
  const results = toolResultsOf(request).size;
  const call = (id: string, command: string) => ({
    id,
    name: agent?.shellTool ?? '',
    arguments: JSON.stringify(agent?.shellArguments(command)),
  });
  const turns = [
    { pieces: ['I will write ', 'it first.'], toolCalls: [call('call_write', `cat > ${FILE} <<'END'\n${TEXT}END`)] },
    { pieces: [], toolCalls: [call('call_count', `wc -l < ${FILE}`), call('call_head', `head -n 1 ${FILE}`)] },
    { pieces: CLOSING },
  ];
  // An agent may also ask something on the side, without its tools: for a title of the conversation, say.
  const turn = agent === undefined ? { pieces: ['A title'] } : turns[Math.min(results, 2)];
  const stream = fieldOf(request.json, 'stream') === true;
  return sampleAnswer(request.dialect ?? 'openai-chat', { ...turn, id: `turn-${results}`, stream });
}

/** The results of calls in a request, as text, by the ids of the calls. */
export function toolResultsOf(request: RecordedRequest): ReadonlyMap<unknown, string> {
  const results = new Map<unknown, string>();
  for (const message of listOf(fieldOf(request.json, 'messages'))) {
    const content = fieldOf(message, 'content');
    if (fieldOf(message, 'role') === 'tool') results.set(fieldOf(message, 'tool_call_id'), textOf(content));
    for (const block of listOf(content)) {
      if (fieldOf(block, 'type') !== 'tool_result') continue;
      results.set(fieldOf(block, 'tool_use_id'), textOf(fieldOf(block, 'content')));
    }
  }
  return results;
}

function offersTool(request: RecordedRequest, name: string): boolean {
  return listOf(fieldOf(request.json, 'tools')).some(
    (tool) => fieldOf(tool, 'name') === name || fieldOf(fieldOf(tool, 'function'), 'name') === name,
  );
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map((part) => fieldOf(part, 'text'))
    .join('');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
