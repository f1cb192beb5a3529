import { exampleValue } from './example-value.js';
import { isObject, objectsOf, type JsonObject } from './json.js';

/** What a simulated model says, in the pieces it is streamed in. */
export interface SimulatedAnswer {
  readonly reasoning: readonly string[];
  readonly content: readonly string[];
  readonly toolCall?: { readonly name: string; readonly argumentPieces: readonly string[] } | undefined;
}

/** Decides an answer from a Chat Completions request. */
export type SimulatedModel = (request: JsonObject) => SimulatedAnswer;

const TOOL_ARGUMENT_PIECE_LENGTH = 8;

/** The models that answer; `failing` is not among them since it never does. */
export const SIMULATED_MODELS: ReadonlyMap<string, SimulatedModel> = new Map<string, SimulatedModel>([
  ['echo', answerAsEcho],
  ['reasoner', answerAsReasoner],
  ['tools', answerAsTools],
]);

function answerAsEcho(request: JsonObject): SimulatedAnswer {
  return { reasoning: [], content: words(lastText(request, 'user')) };
}

function answerAsReasoner(request: JsonObject): SimulatedAnswer {
  const said = lastText(request, 'user');
  const count = countWords(said);
  return {
    reasoning: words(`The message has ${count} ${count === 1 ? 'word' : 'words'}. Repeating it is a fair answer.`),
    content: words(`You said: ${said}`),
  };
}

function answerAsTools(request: JsonObject): SimulatedAnswer {
  const last = objectsOf(request['messages']).at(-1);
  if (last?.['role'] === 'tool') {
    return { reasoning: [], content: words(`The tool answered: ${textOf(last['content'])}`) };
  }
  const offered = objectsOf(request['tools'])[0]?.['function'];
  if (!isObject(offered) || typeof offered['name'] !== 'string') {
    return { reasoning: [], content: words('No tool was offered, so none is called.') };
  }
  const callArguments = JSON.stringify(exampleValue(offered['parameters'] ?? {}));
  return { reasoning: [], content: [], toolCall: { name: offered['name'], argumentPieces: slices(callArguments) } };
}

/** The text of all messages: what the prompt's tokens are counted in. */
export function promptText(request: JsonObject): string {
  return objectsOf(request['messages'])
    .map((message) => textOf(message['content']))
    .join(' ');
}

/** The simulator's unit of usage: a run of characters other than white space. */
export function countWords(text: string): number {
  return text.match(/\S+/gu)?.length ?? 0;
}

function lastText(request: JsonObject, role: string): string {
  const message = objectsOf(request['messages']).findLast((candidate) => candidate['role'] === role);
  return textOf(message?.['content']);
}

/** A message's text: the string itself, or its text parts joined. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((part) => (typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
}

/** Cut before each word, so that the pieces joined are the text again. */
function words(text: string): readonly string[] {
  return text === '' ? [] : text.split(/(?<=\s)(?=\S)/u);
}

function slices(text: string): readonly string[] {
  const count = Math.ceil(text.length / TOOL_ARGUMENT_PIECE_LENGTH);
  return Array.from({ length: count }, (_, index) =>
    text.slice(index * TOOL_ARGUMENT_PIECE_LENGTH, (index + 1) * TOOL_ARGUMENT_PIECE_LENGTH),
  );
}
