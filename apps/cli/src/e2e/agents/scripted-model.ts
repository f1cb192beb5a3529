import { sampleAnswer, type Answer, type RecordedRequest, type Sample } from '@switchyard/testkit';

import { KNOWN_AGENTS, type KnownAgent, type ToolCall } from './known-agents.js';

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

/** What the model thinks before each turn, where it is asked to. */
export const REASONING = { text: 'The file first, then a look at it.', signature: 'c2lnbmF0dXJl' };

/**
 * Answers an agent like a model that is set on one task: one call that writes the file, two calls at once that look at it,
 * and a closing word. Where it stands is told by how many results of calls the request holds.
 */
export function answerAgent(request: RecordedRequest): Answer {
  const agent = KNOWN_AGENTS.find((known) => offersTool(request, known.shellCall('').name));
  const results = toolResultsOf(request).size;
  // An agent may also ask something on the side, without its tools: for a title of the conversation, say.
  const turn = agent === undefined ? { pieces: ['A title'] } : turnsOf(agent)[Math.min(results, 2)];
  return sampleAnswer(request.dialect ?? 'openai-chat', {
    ...turn,
    id: `turn-${results}`,
    reasoning: asksToThink(request) ? REASONING : undefined,
    stream: fieldOf(request.json, 'stream') === true,
  });
}

function turnsOf(agent: KnownAgent): readonly Sample[] {
  const call = (id: string, called: ToolCall) => ({ ...called, id, arguments: JSON.stringify(called.arguments) });
  return [
    { pieces: ['I will write ', 'it first.'], toolCalls: [call('call_write', agent.writeCall(FILE, TEXT))] },
    {
      pieces: [],
      toolCalls: [
        call('call_count', agent.shellCall(`wc -l < ${FILE}`)),
        call('call_head', agent.shellCall(`head -n 1 ${FILE}`)),
      ],
    },
    { pieces: CLOSING },
  ];
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

/** Whether a request asks the model to think, in the words of either dialect. */
export function asksToThink({ json }: RecordedRequest): boolean {
  const effort = fieldOf(json, 'reasoning_effort');
  const thinking = fieldOf(fieldOf(json, 'thinking'), 'type');
  return (effort !== undefined && effort !== 'none') || thinking === 'enabled' || thinking === 'adaptive';
}

/** The thinking of the model's turns so far that a Messages request hands back. */
export function thinkingOf(request: RecordedRequest): readonly unknown[] {
  return listOf(fieldOf(request.json, 'messages'))
    .flatMap((message) => listOf(fieldOf(message, 'content')))
    .filter((block) => fieldOf(block, 'type') === 'thinking')
    .map((block) => ({ text: fieldOf(block, 'thinking'), signature: fieldOf(block, 'signature') }));
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
